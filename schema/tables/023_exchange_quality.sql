-- 数据质量: how good the data is that operators' platforms push, by station and day, and when a platform went silent. Written by
-- lib/domain/exchange_quality*.c, exchange_stats.c and exchange_silence.c, each its own tables. Days are swept after 400.

CREATE TABLE exchange_quality_day (               -- what was counted of a finished day (exchange_quality.h says how)
    day          DATE         NOT NULL,
    operator_id  BIGINT       NOT NULL,
    station_id   BIGINT       NOT NULL,           -- 0: all of the operator
    connectors   INT          NOT NULL DEFAULT 0,
    online_s     BIGINT       NOT NULL DEFAULT 0, -- seconds of connector-time with a known state that is not offline
    due_s        BIGINT       NOT NULL DEFAULT 0, -- connectors x length of the day
    told         INT          NOT NULL DEFAULT 0, -- connectors with a state told within the day
    fields       INT          NOT NULL DEFAULT 0, -- required members of StationInfo, EquipmentInfo, ConnectorInfo
    filled       INT          NOT NULL DEFAULT 0,
    charges      INT          NOT NULL DEFAULT 0, -- charges that ended within the day, by the states told
    orders       INT          NOT NULL DEFAULT 0, -- orders that ended within the day
    delay_median INT          NULL,               -- seconds from an order's end to its receipt; NULL: no orders
    delay_95     INT          NULL,
    online       DECIMAL(5,2) NULL,               -- percent; NULL: no connectors
    complete     DECIMAL(5,2) NULL,
    seen_at      DATETIME(3)  NULL,               -- the last sign of it by the end of the count
    PRIMARY KEY (day, operator_id, station_id),
    KEY exchange_quality_day_station (station_id, day),
    KEY exchange_quality_day_operator (operator_id, station_id, day)
) ENGINE=InnoDB;

CREATE TABLE station_quality (                    -- the newest of each station, for lists
    station_id    BIGINT       NOT NULL,
    operator_id   BIGINT       NOT NULL,
    division_code VARCHAR(12)  NOT NULL DEFAULT '',
    day           DATE         NOT NULL,
    score         DECIMAL(5,2) NOT NULL DEFAULT 0,   -- mean of online and complete
    grade         SMALLINT     NOT NULL DEFAULT 0,   -- dict quality_grade
    online        DECIMAL(5,2) NULL,
    online_30     DECIMAL(5,2) NULL,              -- of the last 30 days
    complete      DECIMAL(5,2) NULL,
    delay_median  INT          NULL,
    delay_95      INT          NULL,
    connectors    INT          NOT NULL DEFAULT 0,
    orders        INT          NOT NULL DEFAULT 0,
    differs_30    INT          NOT NULL DEFAULT 0,   -- days whose statistics differ from the orders beyond the tolerance
    seen_at       DATETIME(3)  NULL,
    PRIMARY KEY (station_id),
    KEY station_quality_score (score, station_id),
    KEY station_quality_operator (operator_id, score),
    KEY station_quality_division (division_code, score),
    CONSTRAINT station_quality_station FOREIGN KEY (station_id) REFERENCES station (id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE operator_quality (                   -- the same of each operator
    operator_id   BIGINT       NOT NULL,
    day           DATE         NOT NULL,
    stations      INT          NOT NULL DEFAULT 0,
    connectors    INT          NOT NULL DEFAULT 0,
    score         DECIMAL(5,2) NOT NULL DEFAULT 0,
    grade         SMALLINT     NOT NULL DEFAULT 0,
    online        DECIMAL(5,2) NULL,
    online_30     DECIMAL(5,2) NULL,
    complete      DECIMAL(5,2) NULL,
    delay_median  INT          NULL,
    delay_95      INT          NULL,
    orders        INT          NOT NULL DEFAULT 0,
    seen_at       DATETIME(3)  NULL,
    PRIMARY KEY (operator_id),
    CONSTRAINT operator_quality_operator FOREIGN KEY (operator_id) REFERENCES operator (id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE exchange_quality_run (               -- which days were asked for: once each, however many runners tick
    day      DATE        NOT NULL,
    asked_at DATETIME(3) NOT NULL,
    PRIMARY KEY (day)
) ENGINE=InnoDB;

CREATE TABLE exchange_stats (                     -- what a platform's query_station_stats says of a station and day
    day         DATE        NOT NULL,
    station_id  BIGINT      NOT NULL,
    operator_id BIGINT      NOT NULL,
    energy_wh   BIGINT      NOT NULL,
    parts       MEDIUMTEXT  NULL,                 -- JSON {"equipment": {code: Wh}, "connector": {code: Wh}}
    told_at     DATETIME(3) NOT NULL,
    PRIMARY KEY (day, station_id),
    KEY exchange_stats_station (station_id, day)
) ENGINE=InnoDB;

CREATE TABLE exchange_stats_offer (               -- whether a platform answers query_station_stats at all
    operator_id BIGINT       NOT NULL,
    offered     TINYINT      NOT NULL,
    tried_at    DATETIME(3)  NOT NULL,
    what        VARCHAR(400) NOT NULL DEFAULT '', -- what it said when it does not
    PRIMARY KEY (operator_id),
    CONSTRAINT exchange_stats_offer_operator FOREIGN KEY (operator_id) REFERENCES operator (id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE exchange_silence (                   -- a platform that had spoken and spoke no more
    id          BIGINT      NOT NULL AUTO_INCREMENT,
    operator_id BIGINT      NOT NULL,
    since       DATETIME(3) NOT NULL,             -- its last good message
    noticed_at  DATETIME(3) NOT NULL,
    ended_at    DATETIME(3) NULL,
    silent      TINYINT     AS (IF(ended_at IS NULL, 1, NULL)) PERSISTENT,
    PRIMARY KEY (id),
    UNIQUE KEY exchange_silence_one (operator_id, silent),
    KEY exchange_silence_noticed (operator_id, noticed_at),
    CONSTRAINT exchange_silence_operator FOREIGN KEY (operator_id) REFERENCES operator (id) ON DELETE CASCADE
) ENGINE=InnoDB;
