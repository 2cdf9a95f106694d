-- Registration: what companies and citizens declare of themselves, what was filed each time, and the texts agreed to.

CREATE TABLE IF NOT EXISTS agreement (               -- 协议文本: each publication is a version, none is ever changed
    id           BIGINT       NOT NULL AUTO_INCREMENT,
    kind         VARCHAR(30)  NOT NULL,              -- registration, privacy …
    version      INT          NOT NULL,
    title        VARCHAR(80)  NOT NULL,
    body         MEDIUMTEXT   NOT NULL,              -- CommonMark
    published_at DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    account_id   BIGINT       NOT NULL DEFAULT 0,    -- who published it; 0: came with the portal
    PRIMARY KEY (id),
    UNIQUE KEY agreement_version (kind, version)
) ENGINE=InnoDB;

INSERT INTO agreement (kind, version, title, body, published_at) VALUES ('registration', 1, '注册协议',
'本协议适用于在本平台注册账号的充电设施运营商、充电设施建设方和个人用户。

## 一、注册信息

1. 注册人应如实填写注册信息，上传的证照应真实、清晰、有效。
2. 第一联系人的手机号码用于登录和找回密码，变更后应及时更新。
3. 注册信息经主管部门审核通过后，方可办理业务。

## 二、账号使用

1. 账号限注册单位或本人使用，不得出租、出借、转让。
2. 注册人应妥善保管密码和验证码，发现账号被他人使用的，应立即告知平台。

## 三、信息保护

1. 平台为审核注册申请、办理充电设施建设运营相关业务收集注册信息，不用于其他用途。
2. 证件号码等敏感个人信息加密存储，查看全文须说明理由并记入审计日志。
3. 注册人可以查阅、更正其信息；注销账号的，按规定期限保存办事记录后删除。

## 四、违规处理

提供虚假材料、冒用他人名义注册的，主管部门可以不予通过或注销账号，并依法处理。
', '2026-11-01');

ALTER TABLE operator_registration
    ADD COLUMN kind              VARCHAR(10)  NOT NULL DEFAULT 'operator',   -- operator, builder
    ADD COLUMN account_name      VARCHAR(60)  NOT NULL DEFAULT '',           -- as registered
    ADD COLUMN uscc              VARCHAR(18)  NOT NULL DEFAULT '',
    ADD COLUMN uscc_sure         TINYINT      NOT NULL DEFAULT 0,            -- applicant: the code stands so on the licence
    ADD COLUMN uscc_overruled_by BIGINT       NULL,                          -- staff who accepted a code whose check character fails
    ADD COLUMN uscc_reason       VARCHAR(500) NOT NULL DEFAULT '',
    ADD COLUMN address           VARCHAR(200) NOT NULL DEFAULT '',
    ADD COLUMN contact           VARCHAR(40)  NOT NULL DEFAULT '',
    ADD COLUMN phone             VARCHAR(20)  NOT NULL DEFAULT '',
    ADD COLUMN email             VARCHAR(120) NOT NULL DEFAULT '',
    ADD COLUMN agreement_version VARCHAR(20)  NOT NULL DEFAULT '',
    ADD COLUMN created_at        DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    ADD KEY operator_registration_uscc (uscc),
    ADD CONSTRAINT operator_registration_kind CHECK (kind IN ('operator', 'builder'));

CREATE TABLE registration_filed (                 -- what was filed, each time: the reviewer sees what changed
    id              BIGINT      NOT NULL AUTO_INCREMENT,
    registration_id BIGINT      NOT NULL,
    content         MEDIUMTEXT  NOT NULL,         -- sealed JSON of the form's values
    at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    KEY registration_filed_case (registration_id, id),
    CONSTRAINT registration_filed_case FOREIGN KEY (registration_id) REFERENCES operator_registration (id)
) ENGINE=InnoDB;

CREATE TABLE citizen (                            -- 个人用户: real name by identity card and phone (Q1)
    id                BIGINT       NOT NULL AUTO_INCREMENT,
    account_id        BIGINT       NOT NULL,
    name              VARCHAR(60)  NOT NULL,
    resident_id       VARCHAR(400) NOT NULL,      -- sealed
    phone             VARCHAR(20)  NOT NULL,
    agreement_version VARCHAR(20)  NOT NULL DEFAULT '',
    created_at        DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY citizen_account (account_id),
    CONSTRAINT citizen_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB;

CREATE TABLE citizen_identity (                   -- one account a person: claimed before the account is made, in its transaction
    identity_key BINARY(32) NOT NULL,             -- keyed digest of the resident id (blind index), key outside the database
    account_id   BIGINT     NULL,                 -- whose; NULL only inside the transaction that claims it
    PRIMARY KEY (identity_key),
    UNIQUE KEY citizen_identity_account (account_id),
    CONSTRAINT citizen_identity_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB;
