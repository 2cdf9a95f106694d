-- Mail and SMS as jobs, and one-time codes.

CREATE TABLE outbox (
    id          BIGINT       NOT NULL AUTO_INCREMENT,
    kind        VARCHAR(4)   NOT NULL,            -- mail, sms
    recipient   VARCHAR(254) NOT NULL,            -- lower case
    recipient_shown VARCHAR(254) NOT NULL,        -- 138****0001: what lists show
    subject     VARCHAR(200) NOT NULL DEFAULT '',
    text_shown  TEXT         NOT NULL,            -- secret parts masked: what staff see
    text_sealed MEDIUMTEXT   NOT NULL,            -- the whole text, encrypted; emptied when sent
    secret      TINYINT      NOT NULL DEFAULT 0,  -- holds a one-time code: of no use once that has expired
    message_key CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,   -- Message-ID, nonce of an SMS: the same for each try
    state       VARCHAR(10)  NOT NULL DEFAULT 'waiting',   -- waiting, sent, failed, held (too many), withheld (nobody to send to)
    tries       INT          NOT NULL DEFAULT 0,
    last_error  VARCHAR(400) NOT NULL DEFAULT '',
    account_id  BIGINT       NOT NULL DEFAULT 0,  -- who caused it; 0: a visitor or the system
    created_at  DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    sent_at     DATETIME(3)  NULL,
    PRIMARY KEY (id),
    KEY outbox_state (state, id),
    KEY outbox_recipient (recipient, id),
    KEY outbox_created (created_at, id)
) ENGINE=InnoDB;

CREATE TABLE outbox_quota (                       -- counts in fixed windows; its row lock makes two at once wait for each other
    subject   VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,   -- "mail:a@b.cn", "code:13800000001", "code-from:10.0.0.1"
    window_at DATETIME     NOT NULL,              -- begin of the hour or day
    size      CHAR(1)      NOT NULL,              -- H, D
    taken     INT          NOT NULL,
    PRIMARY KEY (subject, size, window_at),
    KEY outbox_quota_window (window_at)
) ENGINE=InnoDB;

CREATE TABLE verification_code (                  -- one-time codes; only the newest of a purpose and target counts
    id         BIGINT       NOT NULL AUTO_INCREMENT,
    purpose    VARCHAR(30)  NOT NULL,             -- register, recover, …
    target     VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,  -- address or phone, lower case
    code_hash  BINARY(32)   NOT NULL,             -- HMAC with a key outside the database: a million codes are soon tried
    created_at DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    expires_at DATETIME(3)  NOT NULL,
    used_at    DATETIME(3)  NULL,
    PRIMARY KEY (id),
    KEY verification_code_target (target, purpose, id),
    KEY verification_code_expires (expires_at)
) ENGINE=InnoDB;

CREATE TABLE verification_try (                   -- tries of the newest code, counted in transactions of their own: apart, so that
    target     VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,  -- the caller's never meets a changed row
    purpose    VARCHAR(30)  NOT NULL,
    tries      INT          NOT NULL DEFAULT 0,
    sent_at    DATETIME(3)  NOT NULL,
    PRIMARY KEY (target, purpose),
    KEY verification_try_sent (sent_at)
) ENGINE=InnoDB;
