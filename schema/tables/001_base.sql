-- Accounts, sessions, jobs: what every program leans on.
-- Times are DATETIME(3) at +08:00. Every table InnoDB with a primary key (Galera).

CREATE TABLE division (                       -- 区划; codes of GB/T 2260 padded to six digits, and portal-owned ones
    code        VARCHAR(12)  NOT NULL,
    parent_code VARCHAR(12)  NULL,
    level       TINYINT      NOT NULL,        -- 1 province, 2 city, 3 county, 4 town
    name        VARCHAR(60)  NOT NULL,
    portal_owned TINYINT     NOT NULL DEFAULT 0,   -- 「其他」 entries: never GB/T 2260
    PRIMARY KEY (code),
    KEY division_parent (parent_code)
) ENGINE=InnoDB;

CREATE TABLE operator (                       -- 运营商
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    code          CHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,      -- OperatorID of T/CEC 102: characters 9-17 of the credit code
    uscc          CHAR(18)     NULL,
    name          VARCHAR(100) NOT NULL,
    short_name    VARCHAR(40)  NOT NULL,
    service_tel   VARCHAR(32)  NULL,
    division_code VARCHAR(12)  NULL,
    source        VARCHAR(20)  NOT NULL DEFAULT 'register',  -- register, demo, import, exchange
    connected_at  DATETIME(3)  NULL,          -- system interconnection complete since
    created_at    DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    updated_at    DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY operator_code (code)
) ENGINE=InnoDB;

CREATE TABLE account (
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    login         VARCHAR(60)  NOT NULL,
    phone         VARCHAR(20)  NULL,
    name          VARCHAR(60)  NOT NULL,
    role          VARCHAR(30)  NOT NULL,      -- key in schema/roles.hdf
    operator_id   BIGINT       NULL,
    division_code VARCHAR(12)  NOT NULL DEFAULT '',
    password_hash VARCHAR(200) NOT NULL,
    state         VARCHAR(20)  NOT NULL DEFAULT 'active',
    demo          TINYINT      NOT NULL DEFAULT 0,
    created_at    DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY account_login (login),
    UNIQUE KEY account_phone (phone),
    CONSTRAINT account_operator FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;

CREATE TABLE session (
    token_hash BINARY(32)  NOT NULL,          -- SHA-256 of the cookie; the token itself is stored nowhere
    account_id BIGINT      NOT NULL,
    created_at DATETIME(3) NOT NULL,
    seen_at    DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,          -- absolute limit
    address    VARCHAR(45) NOT NULL DEFAULT '',
    PRIMARY KEY (token_hash),
    KEY session_account (account_id),
    KEY session_expires (expires_at),
    CONSTRAINT session_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB;

CREATE TABLE login_failure (                  -- slows down guessing, per account and per address
    id      BIGINT      NOT NULL AUTO_INCREMENT,
    login   VARCHAR(60) NOT NULL,
    address VARCHAR(45) NOT NULL,
    at      DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    KEY login_failure_login (login, at),
    KEY login_failure_address (address, at)
) ENGINE=InnoDB;

CREATE TABLE submission (                     -- idempotency: one row a submission, its result found again by a retry
    idempotency_key VARCHAR(80) NOT NULL,
    account_id      BIGINT      NOT NULL DEFAULT 0,
    result          VARCHAR(400) NOT NULL DEFAULT '',
    created_at      DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (idempotency_key),
    KEY submission_created (created_at)
) ENGINE=InnoDB;

CREATE TABLE job (                            -- what is slow or far away
    id          BIGINT       NOT NULL AUTO_INCREMENT,
    kind        VARCHAR(40)  NOT NULL,
    job_key     VARCHAR(120) NOT NULL,        -- makes the request for a job idempotent
    payload     MEDIUMTEXT   NOT NULL,        -- JSON
    state       VARCHAR(10)  NOT NULL DEFAULT 'waiting',   -- waiting, running, done, failed
    attempts    INT          NOT NULL DEFAULT 0,
    again       TINYINT      NOT NULL DEFAULT 0,           -- asked for once more while it was running
    run_at      DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    leased_until DATETIME(3) NULL,            -- a runner that dies gives the job back by time
    runner      VARCHAR(40)  NULL,
    progress    VARCHAR(200) NOT NULL DEFAULT '',
    last_error  VARCHAR(800) NOT NULL DEFAULT '',
    created_at  DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    finished_at DATETIME(3)  NULL,
    PRIMARY KEY (id),
    UNIQUE KEY job_key (job_key),
    KEY job_due (state, run_at),
    KEY job_kind (kind, id)
) ENGINE=InnoDB;

CREATE TABLE trail (                          -- append-only; sealed into a hash chain by a job (issue of accounts)
    id         BIGINT       NOT NULL AUTO_INCREMENT,
    at         DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    account_id BIGINT       NOT NULL DEFAULT 0,
    actor      VARCHAR(60)  NOT NULL,
    act        VARCHAR(60)  NOT NULL,
    object     VARCHAR(80)  NOT NULL DEFAULT '',
    outcome    VARCHAR(20)  NOT NULL DEFAULT 'done',
    detail     VARCHAR(800) NOT NULL DEFAULT '',
    address    VARCHAR(45)  NOT NULL DEFAULT '',
    work_id    VARCHAR(40)  NOT NULL DEFAULT '',
    PRIMARY KEY (id, at),
    KEY trail_object (object, id)
) ENGINE=InnoDB
PARTITION BY RANGE COLUMNS (at) (PARTITION p_start VALUES LESS THAN ('2026-11-01'), PARTITION p_rest VALUES LESS THAN (MAXVALUE));
