-- Archives (档案): what an operator declares, field by field as T/CEC 102 part 2 names it, so that it can be compared with
-- what its platform pushes (tables station, equipment, connector; tied by operator_id and code). Owners: station_record.c,
-- report.c, equipment_record.c in lib/domain. Drafts may be incomplete: whatever may be missing is '' or NULL.
--
-- state, state_at       of the flows station-record and equipment-record
-- submitted_at          first submission: from then on the departments of its division read it (filed_division)
-- passed_at, passed     last time it passed, and what it said then (the form's values as JSON): what public pages and later
--                       procedures read, whatever is being changed meanwhile. passed_at NOT NULL: it ever passed, never deleted
-- typed_lng, typed_lat, datum   the position as typed; lng, lat the same in GCJ-02

CREATE TABLE station_record (
    id              BIGINT        NOT NULL AUTO_INCREMENT,
    operator_id     BIGINT        NOT NULL,
    code            VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,   -- StationID; NULL: a draft without one
    name            VARCHAR(50)   NOT NULL DEFAULT '',    -- StationName
    owner_code      VARCHAR(9)    NOT NULL DEFAULT '',    -- EquipmentOwnerID
    division_code   VARCHAR(12)   NOT NULL DEFAULT '',    -- AreaCode
    address         VARCHAR(50)   NOT NULL DEFAULT '',
    station_tel     VARCHAR(30)   NOT NULL DEFAULT '',
    service_tel     VARCHAR(30)   NOT NULL DEFAULT '',
    station_type    SMALLINT      NULL,                   -- dict station_type
    station_status  SMALLINT      NULL,                   -- dict station_status
    construction    SMALLINT      NULL,                   -- dict construction
    park_nums       INT           NULL,                   -- 0: not known
    typed_lng       DECIMAL(9,6)  NULL,
    typed_lat       DECIMAL(9,6)  NULL,
    datum           VARCHAR(5)    NOT NULL DEFAULT '',    -- gcj02, wgs84, bd09
    lng             DECIMAL(9,6)  NULL,                   -- GCJ-02
    lat             DECIMAL(9,6)  NULL,
    site_guide      VARCHAR(100)  NOT NULL DEFAULT '',
    match_cars      VARCHAR(100)  NOT NULL DEFAULT '',
    park_info       VARCHAR(100)  NOT NULL DEFAULT '',
    busine_hours    VARCHAR(100)  NOT NULL DEFAULT '',
    electricity_fee VARCHAR(255)  NOT NULL DEFAULT '',
    service_fee     VARCHAR(100)  NOT NULL DEFAULT '',
    park_fee        VARCHAR(100)  NOT NULL DEFAULT '',
    payment         VARCHAR(20)   NOT NULL DEFAULT '',
    support_order   TINYINT       NULL,                   -- 0 no, 1 yes
    opened_on       DATE          NULL,                   -- 投运日期
    capacity        DECIMAL(8,1)  NULL,                   -- kVA of the station's supply
    remark          VARCHAR(100)  NOT NULL DEFAULT '',
    revision        INT           NOT NULL DEFAULT 1,     -- counts what was stored; saved_by, saved_at: who did so last, when
    saved_by        VARCHAR(60)   NOT NULL DEFAULT '',
    saved_at        DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    state           VARCHAR(40)   NOT NULL DEFAULT 'draft',
    state_at        DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    submitted_at    DATETIME(3)   NULL,
    passed_at       DATETIME(3)   NULL,
    passed          MEDIUMTEXT    NULL,
    filed_division  VARCHAR(12)   AS (IF(submitted_at IS NULL, '', division_code)) STORED,   -- whose departments read it
    removable       TINYINT       AS (IF(passed_at IS NULL AND state IN ('draft', 'refused'), 1, 0)) STORED,
    created_at      DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    updated_at      DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY station_record_code (operator_id, code),
    KEY station_record_state (state, state_at),                       -- work lists of the flow
    KEY station_record_own (operator_id, state, station_type),        -- an operator's list and its figures
    KEY station_record_filed (filed_division, state, station_type, division_code),   -- a department's
    KEY station_record_of_state (state, id),
    KEY station_record_of_type (station_type, id),
    KEY station_record_by_code (code),                                -- the same code at another operator
    KEY station_record_name (name),
    KEY station_record_updated (updated_at, id),
    CONSTRAINT station_record_operator FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;

CREATE TABLE report (                             -- 报告档案: test reports of a model; several facilities use one
    id              BIGINT        NOT NULL AUTO_INCREMENT,
    operator_id     BIGINT        NOT NULL,
    name            VARCHAR(60)   NOT NULL,
    model           VARCHAR(40)   NOT NULL,               -- EquipmentModel it was made for
    manufacturer_name VARCHAR(60) NOT NULL DEFAULT '',
    equipment_type  SMALLINT      NOT NULL,
    power           DECIMAL(8,1)  NULL,                   -- kW tested
    number          VARCHAR(60)   NOT NULL,               -- of the type test report in force, as are the next ones
    agency          VARCHAR(60)   NOT NULL,               -- who tested
    issued_on       DATE          NOT NULL,
    valid_until     DATE          NULL,                   -- NULL: without limit
    version         INT           NOT NULL DEFAULT 1,     -- report_file.version in force
    remark          VARCHAR(200)  NOT NULL DEFAULT '',
    revision        INT           NOT NULL DEFAULT 1,     -- as in station_record, as are the next two
    saved_by        VARCHAR(60)   NOT NULL DEFAULT '',
    saved_at        DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    division_code   VARCHAR(12)   NOT NULL DEFAULT '',    -- of the operator
    created_at      DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    updated_at      DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY report_number (operator_id, number),
    KEY report_of_type (equipment_type, id),
    CONSTRAINT report_operator FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;

CREATE TABLE report_file (                        -- 型式试验报告: every one there was; files of record 'report_file', field 'paper'
    id          BIGINT        NOT NULL AUTO_INCREMENT,
    report_id   BIGINT        NOT NULL,
    version     INT           NOT NULL,
    number      VARCHAR(60)   NOT NULL,
    agency      VARCHAR(60)   NOT NULL,
    issued_on   DATE          NOT NULL,
    valid_until DATE          NULL,
    reason      VARCHAR(200)  NOT NULL DEFAULT '',        -- why it took the earlier one's place
    account_id  BIGINT        NOT NULL DEFAULT 0,
    actor_name  VARCHAR(60)   NOT NULL DEFAULT '',        -- as it was then
    at          DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY report_file_version (report_id, version),
    CONSTRAINT report_file_of FOREIGN KEY (report_id) REFERENCES report (id)
) ENGINE=InnoDB;

CREATE TABLE equipment_record (                   -- 设施档案: one pile
    id                BIGINT       NOT NULL AUTO_INCREMENT,
    operator_id       BIGINT       NOT NULL,
    station_record_id BIGINT       NOT NULL,
    report_id         BIGINT       NULL,
    code              VARCHAR(23) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,   -- EquipmentID; NULL: a draft without one
    name              VARCHAR(30)  NOT NULL DEFAULT '',   -- EquipmentName
    serial_no         VARCHAR(40)  NOT NULL DEFAULT '',   -- 出厂编号
    manufacturer_code VARCHAR(9)   NOT NULL DEFAULT '',   -- ManufacturerID
    manufacturer_name VARCHAR(30)  NOT NULL DEFAULT '',
    model             VARCHAR(20)  NOT NULL DEFAULT '',
    equipment_type    SMALLINT     NULL,                  -- dict equipment_type
    power             DECIMAL(8,1) NULL,                  -- kW, rated
    voltage_lower     INT          NULL,                  -- V
    voltage_upper     INT          NULL,
    current           INT          NULL,                  -- A
    national_standard SMALLINT     NULL,                  -- dict national_standard
    production_date   DATE         NULL,
    commissioned_on   DATE         NULL,                  -- 投运日期
    typed_lng         DECIMAL(9,6) NULL,
    typed_lat         DECIMAL(9,6) NULL,
    datum             VARCHAR(5)   NOT NULL DEFAULT '',
    lng               DECIMAL(9,6) NULL,                  -- GCJ-02; NULL: as the station
    lat               DECIMAL(9,6) NULL,
    remark            VARCHAR(100) NOT NULL DEFAULT '',
    revision          INT          NOT NULL DEFAULT 1,    -- as in station_record, as are the next two
    saved_by          VARCHAR(60)  NOT NULL DEFAULT '',
    saved_at          DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    division_code     VARCHAR(12)  NOT NULL DEFAULT '',   -- of its station record
    connectors        INT          NOT NULL DEFAULT 0,    -- rows of connector_record
    state             VARCHAR(40)  NOT NULL DEFAULT 'draft',
    state_at          DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    submitted_at      DATETIME(3)  NULL,
    passed_at         DATETIME(3)  NULL,
    passed            MEDIUMTEXT   NULL,
    connected_at      DATETIME(3)  NULL,                  -- last time 「互联互通通过」; stays while a change is reviewed
    filed_division    VARCHAR(12)  AS (IF(submitted_at IS NULL, '', division_code)) STORED,
    removable         TINYINT      AS (IF(passed_at IS NULL AND state IN ('draft', 'refused'), 1, 0)) STORED,
    connected         TINYINT      AS (connected_at IS NOT NULL) STORED,
    created_at        DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    updated_at        DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY equipment_record_code (operator_id, code),
    KEY equipment_record_state (state, state_at),
    KEY equipment_record_own (operator_id, state, equipment_type),
    KEY equipment_record_own_type (operator_id, equipment_type, state),
    KEY equipment_record_own_place (operator_id, division_code, state),
    KEY equipment_record_filed (filed_division, state, equipment_type, division_code),
    KEY equipment_record_of_state (state, id),
    KEY equipment_record_of_type (equipment_type, id),
    KEY equipment_record_station (station_record_id, id),
    KEY equipment_record_report (report_id, filed_division),             -- which departments read the report
    KEY equipment_record_by_code (code),
    KEY equipment_record_name (name),
    KEY equipment_record_serial (serial_no),
    KEY equipment_record_maker (manufacturer_name, id),
    KEY equipment_record_power (power, id),
    KEY equipment_record_updated (updated_at, id),
    CONSTRAINT equipment_record_operator FOREIGN KEY (operator_id) REFERENCES operator (id),
    CONSTRAINT equipment_record_station FOREIGN KEY (station_record_id) REFERENCES station_record (id),
    CONSTRAINT equipment_record_report FOREIGN KEY (report_id) REFERENCES report (id)
) ENGINE=InnoDB;

CREATE TABLE connector_record (                   -- 充电枪 of a facility's record
    id                  BIGINT       NOT NULL AUTO_INCREMENT,
    equipment_record_id BIGINT       NOT NULL,
    code                VARCHAR(26) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',   -- ConnectorID
    name                VARCHAR(30)  NOT NULL DEFAULT '',
    connector_type      SMALLINT     NULL,                -- dict connector_type
    national_standard   SMALLINT     NULL,                -- dict national_standard
    power               DECIMAL(8,1) NULL,                -- kW
    voltage_lower       INT          NULL,                -- V
    voltage_upper       INT          NULL,
    current             INT          NULL,                -- A
    park_no             VARCHAR(10)  NOT NULL DEFAULT '',
    PRIMARY KEY (id),
    KEY connector_record_of (equipment_record_id, id),
    KEY connector_record_by_code (code),
    CONSTRAINT connector_record_of FOREIGN KEY (equipment_record_id) REFERENCES equipment_record (id) ON DELETE CASCADE
) ENGINE=InnoDB;

-- The pushed stations' list (schema/lists/station.hdf), measured at 200,000 rows
ALTER TABLE station
    ADD KEY IF NOT EXISTS station_of_status (station_status, id),
    ADD KEY IF NOT EXISTS station_of_type (station_type, id),
    ADD KEY IF NOT EXISTS station_by_code (code),
    ADD KEY IF NOT EXISTS station_name (name);

-- What a company uploaded and did not store with a record (lib/domain/file_quota.c)
ALTER TABLE file
    ADD KEY IF NOT EXISTS file_account (account_id, created_at);
