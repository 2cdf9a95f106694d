-- T/CEC 102: partners, their keys, tokens, replay guard.

CREATE TABLE partner (                            -- an operator's platform we exchange with
    operator_id        BIGINT       NOT NULL,
    gov_id             CHAR(9)      NOT NULL,     -- our own OperatorID towards this partner
    base_url           VARCHAR(200) NOT NULL DEFAULT '',
    to_gov             TEXT         NOT NULL,     -- sealed JSON {OperatorSecret, DataSecret, DataSecretIV, SigSecret}: calls into the portal
    to_operator        TEXT         NOT NULL,     -- the same for our calls out
    enabled            TINYINT      NOT NULL DEFAULT 1,
    last_pull_at       DATETIME(3)  NULL,         -- newest LastQueryTime known to be complete (their clock, minutes of overlap)
    last_push_at       DATETIME(3)  NULL,         -- last good push, within a minute: "platform silent since"
    updated_at         DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (operator_id),
    CONSTRAINT partner_operator FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;

CREATE TABLE exchange_token (                     -- tokens we gave out; several may be valid at once
    token_hash  BINARY(32)  NOT NULL,
    operator_id BIGINT      NOT NULL,
    sealed      VARCHAR(300) NOT NULL,            -- the token itself, sealed: the same one is given again while it lives
    issued_at   DATETIME(3) NOT NULL,
    expires_at  DATETIME(3) NOT NULL,
    PRIMARY KEY (token_hash),
    KEY exchange_token_operator (operator_id, expires_at)
) ENGINE=InnoDB;

CREATE TABLE partner_token (                      -- the token a partner gave us
    operator_id BIGINT       NOT NULL,
    sealed      VARCHAR(600) NOT NULL,
    expires_at  DATETIME(3)  NOT NULL,
    PRIMARY KEY (operator_id)
) ENGINE=InnoDB;

CREATE TABLE exchange_seen (                      -- replay guard: digest of the whole authenticated envelope
    digest      BINARY(32)  NOT NULL,
    received_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (digest),
    KEY exchange_seen_received (received_at)
) ENGINE=InnoDB;
