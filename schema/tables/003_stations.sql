-- Stations, equipment, connectors, as T/CEC 102 part 2 names them (reference: StationInfo, EquipmentInfo,
-- ConnectorInfo). Codes are the operator's own, unique only within one operator,
-- compared to the letter (utf8mb4_bin).

CREATE TABLE station (
    id              BIGINT        NOT NULL AUTO_INCREMENT,
    operator_id     BIGINT        NOT NULL,
    code            VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,       -- StationID
    owner_code      VARCHAR(9)    NOT NULL DEFAULT '',   -- EquipmentOwnerID
    name            VARCHAR(150)  NOT NULL,
    country_code    CHAR(2)       NOT NULL DEFAULT 'CN',
    division_code   VARCHAR(12)   NOT NULL DEFAULT '',   -- AreaCode; '' when not known
    address         VARCHAR(200)  NOT NULL DEFAULT '',
    station_tel     VARCHAR(40)   NOT NULL DEFAULT '',
    service_tel     VARCHAR(40)   NOT NULL DEFAULT '',
    station_type    SMALLINT      NULL,           -- 1 public … 255 other; NULL not known
    station_status  SMALLINT      NOT NULL DEFAULT 0,    -- 0 unknown 1 being built 5 closed 6 maintenance 50 in use
    construction    SMALLINT      NULL,
    park_nums       INT           NOT NULL DEFAULT 0,
    lng             DECIMAL(9,6)  NOT NULL,       -- GCJ-02, as pushed
    lat             DECIMAL(9,6)  NOT NULL,
    received_datum  VARCHAR(5)    NOT NULL DEFAULT 'gcj02',  -- what the source sent
    received_lng    DECIMAL(9,6)  NULL,           -- the pair as received, when it was not GCJ-02
    received_lat    DECIMAL(9,6)  NULL,
    site_guide      VARCHAR(200)  NOT NULL DEFAULT '',
    match_cars      VARCHAR(200)  NOT NULL DEFAULT '',
    park_info       VARCHAR(200)  NOT NULL DEFAULT '',
    busine_hours    VARCHAR(200)  NOT NULL DEFAULT '',
    electricity_fee VARCHAR(256)  NOT NULL DEFAULT '',
    service_fee     VARCHAR(256)  NOT NULL DEFAULT '',
    park_fee        VARCHAR(200)  NOT NULL DEFAULT '',
    payment         VARCHAR(60)   NOT NULL DEFAULT '',   -- as received
    payment_mask    SMALLINT UNSIGNED NOT NULL DEFAULT 0,  -- bits of dict payment: what the facet counts
    support_order   TINYINT       NOT NULL DEFAULT 0,
    remark          VARCHAR(200)  NOT NULL DEFAULT '',
    raw             MEDIUMTEXT    NULL,           -- the whole StationInfo as received: provincial members stay
    source          VARCHAR(20)   NOT NULL,       -- exchange, demo, import, record
    published       TINYINT       NOT NULL DEFAULT 1,    -- 1: on the public map (interconnected)
    removed_at      DATETIME(3)   NULL,           -- never deleted: removed
    seen_at         DATETIME(3)   NULL,           -- last time the operator's platform named it
    updated_at      DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY station_code (operator_id, code),
    KEY station_division (division_code, id),
    KEY station_updated (updated_at),
    CONSTRAINT station_operator FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;

CREATE TABLE equipment (                          -- 充电设施, EquipmentInfo
    id                BIGINT       NOT NULL AUTO_INCREMENT,
    station_id        BIGINT       NOT NULL,
    operator_id       BIGINT       NOT NULL,
    code              VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,      -- EquipmentID
    name              VARCHAR(60)  NOT NULL DEFAULT '',
    manufacturer_code VARCHAR(9)   NOT NULL DEFAULT '',
    manufacturer_name VARCHAR(60)  NOT NULL DEFAULT '',
    model             VARCHAR(40)  NOT NULL DEFAULT '',
    production_date   DATE         NULL,
    equipment_type    SMALLINT     NOT NULL,      -- 1 DC 2 AC 3 AC+DC 4 wireless 5 other
    power             DECIMAL(8,1) NULL,          -- kW; NULL not known
    removed_at        DATETIME(3)  NULL,
    PRIMARY KEY (id),
    UNIQUE KEY equipment_code (operator_id, code),
    KEY equipment_station (station_id),
    CONSTRAINT equipment_station FOREIGN KEY (station_id) REFERENCES station (id)
) ENGINE=InnoDB;

CREATE TABLE connector (                          -- 充电枪, ConnectorInfo and its live state
    id                BIGINT       NOT NULL AUTO_INCREMENT,
    equipment_id      BIGINT       NOT NULL,
    station_id        BIGINT       NOT NULL,
    operator_id       BIGINT       NOT NULL,
    code              VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,      -- ConnectorID
    name              VARCHAR(60)  NOT NULL DEFAULT '',
    connector_type    SMALLINT     NOT NULL DEFAULT 6,
    voltage_upper     INT          NULL,          -- V
    voltage_lower     INT          NULL,
    current           INT          NULL,          -- A
    power             DECIMAL(8,1) NULL,          -- kW
    park_no           VARCHAR(20)  NOT NULL DEFAULT '',
    national_standard SMALLINT     NULL,
    state             SMALLINT     NULL,          -- 0 offline 1 free 2 occupied 3 charging 4 reserved 255 fault; NULL never told
    park_state        SMALLINT     NULL,
    lock_state        SMALLINT     NULL,
    state_version     INT UNSIGNED NOT NULL DEFAULT 0,   -- counts up with each told state: orders updates of the map's memory
    state_at          DATETIME(3)  NULL,          -- when last told (also when unchanged)
    removed_at        DATETIME(3)  NULL,
    PRIMARY KEY (id),
    UNIQUE KEY connector_code (operator_id, code),
    KEY connector_station (station_id),
    KEY connector_equipment (equipment_id),
    KEY connector_told (state_at),
    CONSTRAINT connector_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB;

CREATE TABLE connector_state_log (                -- every told state, partitioned by month
    id           BIGINT      NOT NULL AUTO_INCREMENT,
    at           DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    connector_id BIGINT      NOT NULL,
    state        SMALLINT    NOT NULL,
    park_state   SMALLINT    NULL,
    lock_state   SMALLINT    NULL,
    PRIMARY KEY (id, at),
    KEY connector_state_log_connector (connector_id, at)
) ENGINE=InnoDB
PARTITION BY RANGE COLUMNS (at) (PARTITION p_start VALUES LESS THAN ('2026-11-01'), PARTITION p_rest VALUES LESS THAN (MAXVALUE));
