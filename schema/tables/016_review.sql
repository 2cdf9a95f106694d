-- The reviewers' side of the archives (lib/domain/record_{snapshot,queue,position,twins}.c, review_phrase.c).

CREATE TABLE record_snapshot (                    -- what a record said each time it was submitted; append-only
    flow           VARCHAR(40) NOT NULL,              -- station-record, equipment-record
    record_id      BIGINT      NOT NULL,
    number         INT         NOT NULL,              -- 1 the first submission
    said           MEDIUMTEXT  NOT NULL,              -- the form's values as JSON (lib/web/form_json.c)
    report_id      BIGINT      NULL,                  -- of a facility: the report it named,
    report_version INT         NULL,                  --   and which type test report was in force
    at             DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (flow, record_id, number)
) ENGINE=InnoDB;

CREATE TABLE review_phrase (                      -- 常用意见
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    account_id    BIGINT       NOT NULL,              -- who wrote it
    division_code VARCHAR(12)  NOT NULL DEFAULT '',   -- of the department
    shared        TINYINT      NOT NULL DEFAULT 0,    -- 1: every reviewer of this division may use and change it
    words         VARCHAR(200) NOT NULL,
    updated_at    DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    KEY review_phrase_own (account_id, id),
    KEY review_phrase_shared (shared, division_code, id),
    CONSTRAINT review_phrase_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB;

-- The queue walks the waiting records in this order and sees from the index alone whose they are
ALTER TABLE station_record
    ADD KEY station_record_queue (state, state_at, id, filed_division, operator_id),
    ADD KEY station_record_place (lat, lng);
ALTER TABLE equipment_record
    ADD KEY equipment_record_queue (state, state_at, id, filed_division, operator_id);
-- Neighbours of a position: a band of latitudes, the rest from the index
ALTER TABLE station
    ADD KEY station_place (lat, lng, division_code);
