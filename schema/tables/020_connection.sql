-- How an operator's platform gets connected (Z12, H3.1, S2), and which stations take part. Owner: lib/domain/connection*.c.

CREATE TABLE connection (                         -- one a company and platform; flow schema/flows/connection.hdf
    id               BIGINT        NOT NULL AUTO_INCREMENT,
    operator_id      BIGINT        NOT NULL,               -- whose case it is
    platform_id      BIGINT        NOT NULL,               -- the company whose platform carries it; its own: the same
    kind             VARCHAR(10)   NOT NULL,               -- wizard, review (我要接入), own, entrusted (桩平台检测), import
    company          VARCHAR(100)  NOT NULL DEFAULT '',
    division_code    VARCHAR(12)   NOT NULL DEFAULT '',
    stations         VARCHAR(6)    NOT NULL DEFAULT 'all', -- chosen: connection_station says which take part; all
    -- what the applicant typed; which of them a kind asks for stands in schema/forms/connection-*.hdf
    platform_operator VARCHAR(100) NOT NULL DEFAULT '',    -- 平台运营商, 受托平台
    platform_name    VARCHAR(100)  NOT NULL DEFAULT '',
    platform_maker   VARCHAR(100)  NOT NULL DEFAULT '',    -- 平台建设单位
    maker_address    VARCHAR(200)  NOT NULL DEFAULT '',
    register_no      VARCHAR(40)   NOT NULL DEFAULT '',    -- 软件著作权登记号
    client           VARCHAR(100)  NOT NULL DEFAULT '',    -- 委托单位
    client_uscc      VARCHAR(18)   NOT NULL DEFAULT '',
    client_address   VARCHAR(200)  NOT NULL DEFAULT '',
    client_contact   VARCHAR(40)   NOT NULL DEFAULT '',
    client_phone     VARCHAR(20)   NOT NULL DEFAULT '',
    lead_name        VARCHAR(40)   NOT NULL DEFAULT '',    -- 联调负责人
    lead_phone       VARCHAR(20)   NOT NULL DEFAULT '',
    lead_email       VARCHAR(120)  NOT NULL DEFAULT '',
    engineer         VARCHAR(40)   NOT NULL DEFAULT '',    -- 联调工程师
    engineer_phone   VARCHAR(20)   NOT NULL DEFAULT '',
    base_url         VARCHAR(200)  NOT NULL DEFAULT '',    -- 平台接口地址
    edition          VARCHAR(4)    NOT NULL DEFAULT '2016',
    addresses        VARCHAR(1000) NOT NULL DEFAULT '',    -- 平台出口地址, one a line; '': any
    tested_at        DATETIME(3)   NULL,                   -- 「测试连接」: last result
    tested_good      TINYINT       NOT NULL DEFAULT 0,
    tested_words     VARCHAR(500)  NOT NULL DEFAULT '',
    operator_secret  VARCHAR(400)  NOT NULL DEFAULT '',    -- as typed in the application, sealed
    sig_secret       VARCHAR(400)  NOT NULL DEFAULT '',
    data_secret      VARCHAR(400)  NOT NULL DEFAULT '',
    data_secret_iv   VARCHAR(400)  NOT NULL DEFAULT '',
    service_kind     VARCHAR(10)   NOT NULL DEFAULT 'basic',  -- basic (part 2), charging (part 3)
    station_count    INT           NULL,
    equipment_count  INT           NULL,
    dc_count         INT           NULL,
    ac_count         INT           NULL,
    connector_count  INT           NULL,
    maker_names      VARCHAR(200)  NOT NULL DEFAULT '',    -- 充电桩生产厂商
    entrust_from     DATE          NULL,
    entrust_until    DATE          NULL,
    entrust_what     VARCHAR(500)  NOT NULL DEFAULT '',
    remark           VARCHAR(500)  NOT NULL DEFAULT '',
    state            VARCHAR(40)   NOT NULL DEFAULT 'draft',
    state_at         DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    connected_at     DATETIME(3)   NULL,                   -- last time it was complete; stays while a change is checked anew
    created_at       DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    updated_at       DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY connection_pair (operator_id, platform_id),
    KEY connection_state (state, state_at),
    KEY connection_division (division_code, state),
    KEY connection_platform (platform_id),
    CONSTRAINT connection_operator FOREIGN KEY (operator_id) REFERENCES operator (id),
    CONSTRAINT connection_of_platform FOREIGN KEY (platform_id) REFERENCES operator (id),
    CONSTRAINT connection_kind CHECK (kind IN ('wizard', 'review', 'own', 'entrusted', 'import')),
    CONSTRAINT connection_stations CHECK (stations IN ('chosen', 'all'))
) ENGINE=InnoDB;

CREATE TABLE connection_station (                 -- 「设置充电站关联」: station records that take part
    station_record_id BIGINT      NOT NULL,
    operator_id       BIGINT      NOT NULL,
    at                DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (station_record_id),
    KEY connection_station_of (operator_id, station_record_id),
    CONSTRAINT connection_station_record FOREIGN KEY (station_record_id) REFERENCES station_record (id) ON DELETE CASCADE
) ENGINE=InnoDB;

ALTER TABLE station_record ADD COLUMN IF NOT EXISTS ever_passed TINYINT AS (passed_at IS NOT NULL) VIRTUAL;

-- Platforms imported before (portalctl partner-import) are connected, with all their stations.
INSERT INTO connection (operator_id, platform_id, kind, company, division_code, stations, state, state_at, connected_at)
    SELECT o.id, o.id, 'import', o.name, COALESCE(o.division_code, ''), 'all', IF(p.enabled, 'connected', 'stopped'), NOW(3), COALESCE(o.connected_at, NOW(3))
    FROM partner p JOIN operator o ON o.id = p.operator_id;
