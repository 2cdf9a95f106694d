-- 充电订单: what operators' platforms push when a charge is settled (T/CEC 102 part 3 notification_charge_order_info, Zhejiang's
-- supervise_notification_charge_order_info). Written by lib/domain/charge_order*.c alone.
--
-- Nothing that was pushed is lost and nothing is in the books twice: charge_order_key holds each order number once, whatever
-- month it lies in (a unique key of a partitioned table would have to hold `at`). The same number with other content is a
-- further version of it, marked. An order with doubts is kept and counted apart.
--
-- Whose car it was (LicensePlate, VIN, Phone) is not kept at all: neither supervision nor the money side asks for it, and
-- what is not there cannot leak. See charge_order_read.c.

CREATE TABLE charge_order (
    id             BIGINT        NOT NULL AUTO_INCREMENT,
    at             DATETIME      NOT NULL,        -- its place in the books: EndTime; when that is no possible time, of receipt
    operator_id    BIGINT        NOT NULL,
    order_no       VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,      -- StartChargeSeq, OrderNo
    version        SMALLINT      NOT NULL DEFAULT 1,   -- 2, 3 …: other content under the same number
    connector_code VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,      -- ConnectorID as told
    connector_id   BIGINT        NULL,            -- NULL: not known here (doubt 2)
    station_id     BIGINT        NULL,            -- of the connector when it was told
    division_code  VARCHAR(12)   NOT NULL,        -- of the station; the site's own when the connector is not known
    start_at       DATETIME      NOT NULL,
    end_at         DATETIME      NOT NULL,
    energy_wh      BIGINT        NOT NULL,
    cusp_wh        BIGINT        NULL,            -- 尖, 峰, 平, 谷
    peak_wh        BIGINT        NULL,
    flat_wh        BIGINT        NULL,
    valley_wh      BIGINT        NULL,
    elec_money     DECIMAL(14,2) NULL,            -- yuan
    service_money  DECIMAL(14,2) NULL,
    total_money    DECIMAL(14,2) NOT NULL,
    paid_money     DECIMAL(14,2) NULL,            -- after discounts
    paid_at        DATETIME      NULL,
    pay_channel    SMALLINT      NULL,            -- dict pay_channel
    discount       VARCHAR(200)  NOT NULL DEFAULT '',
    stop_reason    VARCHAR(60)   NOT NULL DEFAULT '',   -- dict stop_reason, or the operator's own words
    sum_period     INT           NULL,            -- how many details
    details        MEDIUMTEXT    NULL,            -- ChargeDetails as received (JSON)
    raw            MEDIUMTEXT    NULL,            -- the rest of the message as received, without what tells whose car it was
    doubts         INT UNSIGNED  NOT NULL DEFAULT 0,    -- bit 1 << (code - 1) of each doubt, dict order_doubt
    doubt          SMALLINT      NOT NULL DEFAULT 0,    -- the first of them; 0: none, counted in the books
    source         VARCHAR(10)   NOT NULL,        -- push, supervise, demo
    digest         BINARY(16)    NOT NULL,        -- of what the books hold: PushTime and the like leave it as it is
    received_at    DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id, at),
    KEY charge_order_at (at, id),                 -- a partitioned table's key does not end with the primary key by itself
    KEY charge_order_operator (operator_id, at, id),
    KEY charge_order_station (station_id, at, id),
    KEY charge_order_connector (connector_id, at, start_at),
    KEY charge_order_doubt (doubt, at, id)
) ENGINE=InnoDB
PARTITION BY RANGE COLUMNS (at) (
    PARTITION p_start VALUES LESS THAN ('2025-01-01'),
    PARTITION p202501 VALUES LESS THAN ('2025-02-01'), PARTITION p202502 VALUES LESS THAN ('2025-03-01'),
    PARTITION p202503 VALUES LESS THAN ('2025-04-01'), PARTITION p202504 VALUES LESS THAN ('2025-05-01'),
    PARTITION p202505 VALUES LESS THAN ('2025-06-01'), PARTITION p202506 VALUES LESS THAN ('2025-07-01'),
    PARTITION p202507 VALUES LESS THAN ('2025-08-01'), PARTITION p202508 VALUES LESS THAN ('2025-09-01'),
    PARTITION p202509 VALUES LESS THAN ('2025-10-01'), PARTITION p202510 VALUES LESS THAN ('2025-11-01'),
    PARTITION p202511 VALUES LESS THAN ('2025-12-01'), PARTITION p202512 VALUES LESS THAN ('2026-01-01'),
    PARTITION p202601 VALUES LESS THAN ('2026-02-01'), PARTITION p202602 VALUES LESS THAN ('2026-03-01'),
    PARTITION p202603 VALUES LESS THAN ('2026-04-01'), PARTITION p202604 VALUES LESS THAN ('2026-05-01'),
    PARTITION p202605 VALUES LESS THAN ('2026-06-01'), PARTITION p202606 VALUES LESS THAN ('2026-07-01'),
    PARTITION p202607 VALUES LESS THAN ('2026-08-01'), PARTITION p202608 VALUES LESS THAN ('2026-09-01'),
    PARTITION p202609 VALUES LESS THAN ('2026-10-01'), PARTITION p202610 VALUES LESS THAN ('2026-11-01'),
    PARTITION p_rest  VALUES LESS THAN (MAXVALUE));

CREATE TABLE charge_order_key (                   -- each order number once
    operator_id BIGINT      NOT NULL,
    order_no    VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    digest      BINARY(16)  NOT NULL,             -- of its first content
    at          DATETIME    NOT NULL,             -- where that lies in charge_order
    PRIMARY KEY (operator_id, order_no)
) ENGINE=InnoDB;

CREATE TABLE charge_order_other (                 -- further contents under a number; few
    operator_id BIGINT      NOT NULL,
    order_no    VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    digest      BINARY(16)  NOT NULL,
    PRIMARY KEY (operator_id, order_no, digest)
) ENGINE=InnoDB;

CREATE TABLE charge_order_day (                   -- rollup, kept in the transaction of each order; portalctl recount-orders proves it
    day           DATE          NOT NULL,         -- of charge_order.at
    operator_id   BIGINT        NOT NULL,
    station_id    BIGINT        NOT NULL,         -- 0: connector not known
    orders        INT           NOT NULL DEFAULT 0,    -- without doubts
    energy_wh     BIGINT        NOT NULL DEFAULT 0,
    elec_money    DECIMAL(16,2) NOT NULL DEFAULT 0,
    service_money DECIMAL(16,2) NOT NULL DEFAULT 0,
    total_money   DECIMAL(16,2) NOT NULL DEFAULT 0,
    doubt_orders  INT           NOT NULL DEFAULT 0,    -- with doubts, in none of the figures above
    doubt_wh      BIGINT        NOT NULL DEFAULT 0,
    doubt_money   DECIMAL(16,2) NOT NULL DEFAULT 0,
    PRIMARY KEY (day, operator_id, station_id),
    KEY charge_order_day_operator (operator_id, day),
    KEY charge_order_day_station (station_id, day)
) ENGINE=InnoDB;

CREATE TABLE charge_order_check (                 -- 对账: what check_charge_orders told and what came of it
    operator_id    BIGINT        NOT NULL,
    check_seq      VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,      -- CheckOrderSeq
    digest         BINARY(16)    NOT NULL,        -- of the question; the same one again gets the same answer
    start_at       DATETIME      NOT NULL,
    end_at         DATETIME      NOT NULL,
    told_orders    INT           NOT NULL,
    told_wh        BIGINT        NOT NULL,
    told_money     DECIMAL(16,2) NOT NULL,
    dispute_orders INT           NOT NULL,
    answer         MEDIUMTEXT    NOT NULL,        -- JSON as sent
    received_at    DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (operator_id, check_seq, digest),
    KEY charge_order_check_received (operator_id, received_at)
) ENGINE=InnoDB;

-- as people read it; not stored
ALTER TABLE charge_order ADD COLUMN energy_kwh DECIMAL(12,3) AS (energy_wh / 1000) VIRTUAL;
