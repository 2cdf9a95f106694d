-- What a company tells about itself: configuration and its changes (Z13), contacts (Z14), qualification (H2).

ALTER TABLE operator
    ADD COLUMN IF NOT EXISTS legal_name   VARCHAR(40)   NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS address      VARCHAR(200)  NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS postcode     VARCHAR(6)    NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS email        VARCHAR(120)  NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS website      VARCHAR(200)  NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS introduction VARCHAR(2000) NOT NULL DEFAULT '';

ALTER TABLE profile_change                    -- key data alone: name, uscc, division_code, legal_name
    ADD COLUMN changed TEXT NOT NULL DEFAULT '{}',        -- JSON: what is to become true
    ADD COLUMN earlier TEXT NOT NULL DEFAULT '{}';        -- JSON: what was in force when it was filed

CREATE TABLE operator_contact (               -- 运营商通讯录
    id          BIGINT       NOT NULL AUTO_INCREMENT,
    operator_id BIGINT       NOT NULL,
    name        VARCHAR(40)  NOT NULL,
    department  VARCHAR(60)  NOT NULL DEFAULT '',
    post        VARCHAR(60)  NOT NULL DEFAULT '',
    phone       VARCHAR(32)  NOT NULL,
    phone_shown VARCHAR(32)  AS (CONCAT(LEFT(phone, 3), '****', RIGHT(phone, 4))) STORED,   -- what departments' lists show
    email       VARCHAR(120) NOT NULL DEFAULT '',
    note        VARCHAR(200) NOT NULL DEFAULT '',
    updated_at  DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    KEY operator_contact_operator (operator_id, id),
    CONSTRAINT operator_contact_operator FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;

ALTER TABLE qualification                     -- labels of the Henan manual: row H2.1 and H2.3
    ADD COLUMN capital       DECIMAL(14,2) NULL,          -- 注册资金
    ADD COLUMN founded       DATE          NULL,          -- 注册时间
    ADD COLUMN assets        DECIMAL(16,2) NULL,          -- 资产总额
    ADD COLUMN legal_name    VARCHAR(40)   NOT NULL DEFAULT '',
    ADD COLUMN postcode      VARCHAR(6)    NOT NULL DEFAULT '',
    ADD COLUMN phone         VARCHAR(32)   NOT NULL DEFAULT '',
    ADD COLUMN fax           VARCHAR(32)   NOT NULL DEFAULT '',
    ADD COLUMN email         VARCHAR(120)  NOT NULL DEFAULT '',
    ADD COLUMN address       VARCHAR(200)  NOT NULL DEFAULT '',
    ADD COLUMN mail_address  VARCHAR(200)  NOT NULL DEFAULT '',
    ADD COLUMN industry      VARCHAR(20)   NOT NULL DEFAULT '',
    ADD COLUMN company_type  VARCHAR(20)   NOT NULL DEFAULT '',
    ADD COLUMN service_scope VARCHAR(100)  NOT NULL DEFAULT '',     -- codes joined by commas
    ADD COLUMN platform      VARCHAR(100)  NOT NULL DEFAULT '',
    ADD COLUMN register_no   VARCHAR(40)   NOT NULL DEFAULT '';

CREATE TABLE qualification_technician (       -- at least eight, each with a permit (files)
    id               BIGINT      NOT NULL AUTO_INCREMENT,
    qualification_id BIGINT      NOT NULL,
    name             VARCHAR(40) NOT NULL DEFAULT '',
    phone            VARCHAR(32) NOT NULL DEFAULT '',
    permit_no        VARCHAR(40) NOT NULL DEFAULT '',
    PRIMARY KEY (id),
    KEY qualification_technician_of (qualification_id, id),
    CONSTRAINT qualification_technician_of FOREIGN KEY (qualification_id) REFERENCES qualification (id)
) ENGINE=InnoDB;
