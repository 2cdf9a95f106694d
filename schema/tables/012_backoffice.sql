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
