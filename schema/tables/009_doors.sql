-- The doors: how an account comes in (password, second factor, recovery), and the trail's seal.

ALTER TABLE account
    ADD COLUMN email         VARCHAR(120) NULL,
    ADD COLUMN last_login_at DATETIME(3)  NULL,          -- three months after it the account is locked (H1.4)
    ADD COLUMN password_at   DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    ADD COLUMN lock_reason   VARCHAR(20)  NOT NULL DEFAULT '',   -- of state locked: dormant, staff
    ADD COLUMN locked_from   VARCHAR(20)  NOT NULL DEFAULT '',   -- the state before the lock: unlocking spares no forced change, no review
    ADD COLUMN totp_secret   VARCHAR(200) NULL,          -- sealed; NULL: no second factor
    ADD COLUMN totp_step     BIGINT       NOT NULL DEFAULT 0,    -- last one used: none works twice
    ADD UNIQUE KEY account_email (email),
    ADD KEY account_dormant (state, last_login_at);

ALTER TABLE session
    ADD COLUMN id               BIGINT       NOT NULL AUTO_INCREMENT,   -- names a session on pages; the hash does not leave
    ADD COLUMN user_agent       VARCHAR(200) NOT NULL DEFAULT '',
    ADD COLUMN reauth_at        DATETIME(3)  NULL,       -- password last given
    ADD COLUMN second_factor_at DATETIME(3)  NULL,
    ADD COLUMN complete         TINYINT      NOT NULL DEFAULT 0,        -- every step of the log-in is done
    ADD UNIQUE KEY session_id (id);

UPDATE session SET complete = 1;

CREATE TABLE password_history (               -- an old password is not taken again
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    account_id    BIGINT       NOT NULL,
    password_hash VARCHAR(200) NOT NULL,
    at            DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    KEY password_history_account (account_id, id),
    CONSTRAINT password_history_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB;

CREATE TABLE password_reset (                 -- one-time links by staff; the token itself is stored nowhere
    token_hash BINARY(32)  NOT NULL,
    account_id BIGINT      NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    PRIMARY KEY (token_hash),
    KEY password_reset_account (account_id),
    CONSTRAINT password_reset_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB;

CREATE TABLE recovery_code (                  -- stand in for a lost second factor; keyed digests
    account_id BIGINT      NOT NULL,
    code_hash  BINARY(32)  NOT NULL,
    used_at    DATETIME(3) NULL,
    PRIMARY KEY (account_id, code_hash),
    CONSTRAINT recovery_code_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB;

CREATE TABLE captcha_used (                   -- a question is answered once
    nonce   BINARY(16)  NOT NULL,
    used_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (nonce),
    KEY captcha_used_at (used_at)
) ENGINE=InnoDB;

CREATE TABLE trail_block (                    -- the chain over the trail; append-only
    id        BIGINT      NOT NULL,           -- 1, 2, 3 … without a gap
    from_id   BIGINT      NOT NULL,
    to_id     BIGINT      NOT NULL,
    row_count INT         NOT NULL,
    algorithm VARCHAR(10) NOT NULL,           -- sm3, sha256
    previous  BINARY(32)  NOT NULL,           -- digest of block id - 1
    digest    BINARY(32)  NOT NULL,
    mac       BINARY(32)  NOT NULL,           -- over the digest, with the key outside the database
    sealed_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB;

CREATE TABLE trail_seal (                     -- which row lies in which block; append-only
    row_id   BIGINT     NOT NULL,
    block_id BIGINT     NOT NULL,
    digest   BINARY(32) NOT NULL,             -- of the row
    PRIMARY KEY (row_id),
    KEY trail_seal_block (block_id, row_id)
) ENGINE=InnoDB;

ALTER TABLE trail
    ADD KEY trail_actor (actor, id),
    ADD KEY trail_act (act, id),
    ADD KEY trail_at (at, id);

CREATE TABLE common_password (                -- what guessers try first; loaded by portalctl load-base
    word VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,       -- in small letters
    PRIMARY KEY (word)
) ENGINE=InnoDB;

CREATE TABLE seal_turn (                      -- one row: whoever seals the trail holds it
    id TINYINT NOT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB;
INSERT INTO seal_turn (id) VALUES (1);
