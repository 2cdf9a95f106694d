-- The back office: why an account is locked, what lists show of a phone, divisions the portal no longer offers,
-- agreement texts with their versions.

ALTER TABLE account
    ADD COLUMN lock_note   VARCHAR(200) NOT NULL DEFAULT '',   -- in words, of a lock by staff
    ADD COLUMN phone_shown VARCHAR(20) AS (CASE WHEN phone IS NULL THEN NULL WHEN CHAR_LENGTH(phone) < 8 THEN '****'
                                           ELSE CONCAT(LEFT(phone, 3), '****', RIGHT(phone, 4)) END) VIRTUAL,
    ADD KEY account_role (role, state),
    ADD KEY account_division (division_code);

ALTER TABLE division
    ADD COLUMN retired TINYINT NOT NULL DEFAULT 0;   -- portal-owned ones no longer offered; records keep their name

CREATE TABLE IF NOT EXISTS agreement (               -- 协议文本: each publication is a version, none is ever changed
    id           BIGINT       NOT NULL AUTO_INCREMENT,
    kind         VARCHAR(30)  NOT NULL,              -- registration, privacy …
    version      INT          NOT NULL,
    title        VARCHAR(80)  NOT NULL,
    body         MEDIUMTEXT   NOT NULL,
    published_at DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    account_id   BIGINT       NOT NULL DEFAULT 0,    -- who published it; 0: came with the portal
    PRIMARY KEY (id),
    UNIQUE KEY agreement_version (kind, version)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS parameter (               -- 参数 set by staff over the files: schema/parameters.hdf says which
    name       VARCHAR(80)  NOT NULL,                -- key of conf/portal.hdf
    value      VARCHAR(400) NULL,                    -- NULL: as the files say, again
    version    INT          NOT NULL,
    changed_at DATETIME(3)  NOT NULL,
    account_id BIGINT       NOT NULL,
    PRIMARY KEY (name)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS dict_entry (              -- 字典 entries set by staff over schema/dicts; never removed, only hidden
    dict       VARCHAR(60)  NOT NULL,
    code       VARCHAR(30)  NOT NULL,
    label      VARCHAR(60)  NOT NULL,
    position   INT          NOT NULL,
    hidden     TINYINT      NOT NULL DEFAULT 0,
    version    INT          NOT NULL,
    changed_at DATETIME(3)  NOT NULL,
    account_id BIGINT       NOT NULL,
    PRIMARY KEY (dict, code)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS setting_change (          -- what was before and after, for those who set them
    id         BIGINT       NOT NULL AUTO_INCREMENT,
    subject    VARCHAR(100) NOT NULL,                -- parameter:Session.IdleMinutes, dict:construction:16
    version    INT          NOT NULL,
    was        VARCHAR(400) NOT NULL,
    became     VARCHAR(400) NOT NULL,
    reason     VARCHAR(100) NOT NULL,
    changed_at DATETIME(3)  NOT NULL,
    account_id BIGINT       NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY setting_change_version (subject, version)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS setting_version (         -- one row: counts every change of the two, read often by all processes
    id      TINYINT NOT NULL,
    version BIGINT  NOT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB;
INSERT IGNORE INTO setting_version (id, version) VALUES (1, 0);

CREATE TABLE IF NOT EXISTS trail_check (             -- what going through the whole trail found, for the auditor
    id         BIGINT      NOT NULL AUTO_INCREMENT,
    checked_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    row_count  BIGINT      NOT NULL,
    blocks     BIGINT      NOT NULL,
    waiting    BIGINT      NOT NULL,
    faults     BIGINT      NOT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB;
