-- The exchange whole: keys of a partner with their history, its profile and limits; what platforms push beside states and orders.

CREATE TABLE partner_key (                        -- key sets of both directions; old ones hold until they end
    id          BIGINT      NOT NULL AUTO_INCREMENT,
    operator_id BIGINT      NOT NULL,
    direction   VARCHAR(12) NOT NULL,             -- to_gov: calls into the portal; to_operator: our calls out
    sealed      TEXT        NOT NULL,             -- sealed JSON {OperatorSecret, DataSecret, DataSecretIV, SigSecret}
    made_at     DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    ends_at     DATETIME(3) NULL,                 -- NULL: the set in force
    in_force    TINYINT     AS (IF(ends_at IS NULL, 1, NULL)) PERSISTENT,
    PRIMARY KEY (id),
    UNIQUE KEY partner_key_in_force (operator_id, direction, in_force),
    CONSTRAINT partner_key_operator FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;

INSERT INTO partner_key (operator_id, direction, sealed)
SELECT operator_id, 'to_gov', to_gov FROM partner UNION ALL SELECT operator_id, 'to_operator', to_operator FROM partner;

ALTER TABLE partner
    DROP COLUMN to_gov,
    DROP COLUMN to_operator,
    ADD COLUMN edition       VARCHAR(8)    NOT NULL DEFAULT '2016',   -- key in schema/editions.hdf
    ADD COLUMN allow_list    VARCHAR(2000) NOT NULL DEFAULT '',       -- addresses and networks that may call; '': any
    ADD COLUMN rate_limit    INT           NULL,          -- messages a minute; NULL: Exchange.RateLimit
    ADD COLUMN token_seconds INT           NULL,          -- NULL: Exchange.TokenSeconds
    ADD COLUMN clock_window  INT           NULL;          -- seconds; NULL: Exchange.ClockWindow

ALTER TABLE exchange_token
    ADD COLUMN key_id BIGINT NULL;                -- the set it was given for: the token ends with it

UPDATE exchange_token t JOIN partner_key k ON k.operator_id = t.operator_id AND k.direction = 'to_gov' SET t.key_id = k.id;

CREATE TABLE charge_snapshot (                    -- the newest sample of each charge; swept when it is old
    operator_id   BIGINT        NOT NULL,
    order_code    VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,   -- StartChargeSeq, or OrderNo
    connector_id  BIGINT        NOT NULL,
    told_at       DATETIME(3)   NOT NULL,         -- our clock
    sampled_at    DATETIME(3)   NOT NULL,         -- their clock: EndTime of the message
    started_at    DATETIME(3)   NULL,
    order_status  SMALLINT      NOT NULL,         -- 1 starting 2 charging 3 stopping 4 ended 5 unknown
    connector_state SMALLINT    NULL,
    current_a     DECIMAL(8,2)  NULL,
    current_b     DECIMAL(8,2)  NULL,
    current_c     DECIMAL(8,2)  NULL,
    voltage_a     DECIMAL(8,2)  NULL,
    voltage_b     DECIMAL(8,2)  NULL,
    voltage_c     DECIMAL(8,2)  NULL,
    soc           DECIMAL(5,2)  NULL,             -- 0-100
    energy        DECIMAL(12,3) NOT NULL DEFAULT 0,      -- kWh
    elec_money    DECIMAL(14,2) NULL,
    service_money DECIMAL(14,2) NULL,
    total_money   DECIMAL(14,2) NULL,
    PRIMARY KEY (operator_id, order_code),
    KEY charge_snapshot_connector (connector_id, sampled_at),
    KEY charge_snapshot_told (told_at)
) ENGINE=InnoDB;

CREATE TABLE station_power (                      -- real-time power: the newest of each station
    station_id BIGINT        NOT NULL,
    at         DATETIME(3)   NOT NULL,            -- their clock
    told_at    DATETIME(3)   NOT NULL,
    power      DECIMAL(12,3) NOT NULL,            -- kW; negative: feeds the grid
    PRIMARY KEY (station_id),
    CONSTRAINT station_power_station FOREIGN KEY (station_id) REFERENCES station (id)
) ENGINE=InnoDB;

CREATE TABLE connector_power (                    -- and of each connector
    connector_id BIGINT        NOT NULL,
    at           DATETIME(3)   NOT NULL,
    told_at      DATETIME(3)   NOT NULL,
    power        DECIMAL(10,3) NOT NULL,
    PRIMARY KEY (connector_id),
    CONSTRAINT connector_power_connector FOREIGN KEY (connector_id) REFERENCES connector (id)
) ENGINE=InnoDB;

CREATE TABLE station_fee (                        -- prices told by notification_stationFee: the newest of each station
    station_id BIGINT      NOT NULL,
    told_at    DATETIME(3) NOT NULL,
    detail     MEDIUMTEXT  NOT NULL,              -- JSON {ChargeFeeDetail, DiscountFeeDetail, OriginalFeeDetail}
    PRIMARY KEY (station_id),
    CONSTRAINT station_fee_station FOREIGN KEY (station_id) REFERENCES station (id)
) ENGINE=InnoDB;
