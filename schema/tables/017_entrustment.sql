-- 委托运营 (H3.2): a builder declares which operator runs its stations' platform; that operator confirms. From then on the
-- builder reads the stations that platform pushes with the builder's code as EquipmentOwnerID. Owner: entrustment.c.
CREATE TABLE entrustment (
    id           BIGINT       NOT NULL AUTO_INCREMENT,
    builder_id   BIGINT       NOT NULL,               -- company that built
    operator_id  BIGINT       NOT NULL,               -- company whose platform runs
    state        VARCHAR(10)  NOT NULL DEFAULT 'asked',   -- asked, confirmed, refused, ended
    asked_at     DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    decided_at   DATETIME(3)  NULL,
    PRIMARY KEY (id),
    UNIQUE KEY entrustment_pair (builder_id, operator_id),
    KEY entrustment_operator (operator_id, state),
    CONSTRAINT entrustment_builder FOREIGN KEY (builder_id) REFERENCES operator (id),
    CONSTRAINT entrustment_platform FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;

ALTER TABLE station
    ADD COLUMN IF NOT EXISTS built_by BIGINT NULL,    -- builder of a confirmed entrustment whose code is owner_code
    ADD KEY IF NOT EXISTS station_built (built_by, id);
