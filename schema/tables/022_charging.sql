-- Charging control (T/CEC 102 part 3, 充值启停对接): charges that drivers start and stop from the portal through the operator's
-- platform. Orders, whoever started them, are 019_charge_orders.sql's.

CREATE TABLE charge (
    id             BIGINT        NOT NULL AUTO_INCREMENT,
    seq            CHAR(27) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,   -- StartChargeSeq: our OperatorID and 18 digits
    account_id     BIGINT        NOT NULL,        -- the driver
    operator_id    BIGINT        NOT NULL,
    station_id     BIGINT        NOT NULL,
    connector_id   BIGINT        NOT NULL,
    state          VARCHAR(12)   NOT NULL,        -- dict charge_state
    state_at       DATETIME(3)   NOT NULL,
    why            VARCHAR(300)  NOT NULL DEFAULT '',   -- what the driver should know about the state
    policy         TEXT          NULL,            -- JSON [{"StartTime","ElecPrice","ServicePrice"}]: the prices shown before the start
    asked_at       DATETIME(3)   NOT NULL,
    start_at       DATETIME(3)   NULL,            -- the driver said start
    start_sent     TINYINT       NOT NULL DEFAULT 0,    -- query_start_charge is sent once a charge, never again
    started_at     DATETIME(3)   NULL,            -- as the platform says
    ended_at       DATETIME(3)   NULL,
    heard_at       DATETIME(3)   NULL,            -- the platform last said something about it
    asked_again_at DATETIME(3)   NULL,            -- charging.follow last asked
    sampled_at     DATETIME(3)   NULL,            -- of the figures below, its clock
    soc            DECIMAL(5,2)  NULL,
    power          DECIMAL(8,2)  NULL,            -- kW, from its voltage and current
    energy         DECIMAL(12,3) NULL,            -- kWh
    elec_money     DECIMAL(14,2) NULL,
    service_money  DECIMAL(14,2) NULL,
    total_money    DECIMAL(14,2) NULL,
    PRIMARY KEY (id),
    UNIQUE KEY charge_seq (seq),
    KEY charge_account (account_id, id),
    KEY charge_state (state, heard_at),
    KEY charge_station (station_id, asked_at),
    CONSTRAINT charge_account FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT charge_connector FOREIGN KEY (connector_id) REFERENCES connector (id)
) ENGINE=InnoDB;

CREATE TABLE charge_hold (                        -- one running charge a driver and a connector: held from the first step to the end
    what      VARCHAR(9) CHARACTER SET ascii NOT NULL,    -- driver, connector
    subject   BIGINT      NOT NULL,               -- account.id, connector.id
    charge_id BIGINT      NOT NULL,
    PRIMARY KEY (what, subject),
    KEY charge_hold_charge (charge_id),
    CONSTRAINT charge_hold_charge FOREIGN KEY (charge_id) REFERENCES charge (id)
) ENGINE=InnoDB;
