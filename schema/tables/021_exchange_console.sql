-- Messages exchanged with operators' platforms, for the debugging console, and what each connection has tried so far.

CREATE TABLE exchange_log (                       -- the last messages of each operator; pruned, no archive
    id           BIGINT        NOT NULL AUTO_INCREMENT,
    operator_id  BIGINT        NOT NULL,
    at           DATETIME(3)   NOT NULL,
    incoming     TINYINT       NOT NULL,          -- 1: the operator's platform called here; 0: we called it
    proven       TINYINT       NOT NULL,          -- 0: came in under this OperatorID without a good signature: anybody's
    source       VARCHAR(10)   NOT NULL,          -- push, pull, console, check
    interface    VARCHAR(64)   NOT NULL,
    address      VARCHAR(45)   NOT NULL DEFAULT '',   -- of the caller, incoming alone
    milliseconds INT           NOT NULL,
    http_status  SMALLINT      NOT NULL,          -- 0: no answer
    ret          INT           NULL,              -- NULL: no answer with a Ret
    good         TINYINT       NOT NULL,
    what         VARCHAR(1000) NOT NULL DEFAULT '',   -- what was wrong, in words
    skipped      INT           NOT NULL DEFAULT 0,    -- messages like it left out before it, because they came too fast
    request      TEXT          NULL,              -- plain business JSON, secrets masked; bodies are cut at 16 KB
    envelope     TEXT          NULL,
    base_string  TEXT          NULL,              -- what is signed: OperatorID + Data + TimeStamp + Seq
    answer       TEXT          NULL,              -- envelope of the answer
    opened       TEXT          NULL,              -- plain business JSON of the answer
    PRIMARY KEY (id),
    KEY exchange_log_newest (operator_id, proven, at, id),
    CONSTRAINT exchange_log_operator FOREIGN KEY (operator_id) REFERENCES operator (id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE connection_tried (                   -- Step2: which interfaces have been tried with this operator, and how
    operator_id BIGINT        NOT NULL,
    interface   VARCHAR(64)   NOT NULL,
    incoming    TINYINT       NOT NULL,
    tried_at    DATETIME(3)   NOT NULL,
    passed_at   DATETIME(3)   NULL,               -- NULL: not passed yet; the last try that passed
    what        VARCHAR(1000) NOT NULL DEFAULT '',    -- what was wrong at the last try
    PRIMARY KEY (operator_id, interface, incoming),
    CONSTRAINT connection_tried_operator FOREIGN KEY (operator_id) REFERENCES operator (id) ON DELETE CASCADE
) ENGINE=InnoDB;

-- What calls an operator's platform waits in lanes of its own, so that platforms that hang delay nobody else (domain/job.h).
ALTER TABLE job ADD COLUMN lane VARCHAR(10) NOT NULL DEFAULT '',      -- '' here; prompt, asked, remote: calls a peer
                ADD COLUMN peer VARCHAR(40) NOT NULL DEFAULT '',      -- whom it calls; one job a peer runs at a time
                ADD KEY job_lane (state, lane, run_at);

CREATE TABLE job_peer (
    peer       VARCHAR(40) NOT NULL,
    job_id     BIGINT      NOT NULL DEFAULT 0,    -- the last that was taken; the peer is free unless that one is running
    slow_until DATETIME(3) NULL,                  -- its last job failed after a long wait: taken last, by one runner
    PRIMARY KEY (peer)
) ENGINE=InnoDB;

-- Whose department may look (list scope).
ALTER TABLE exchange_log ADD COLUMN division_code VARCHAR(12) NOT NULL DEFAULT '' AFTER operator_id;

CREATE TABLE exchange_try (                       -- a message sent from the debugging console
    id          BIGINT        NOT NULL AUTO_INCREMENT,
    operator_id BIGINT        NOT NULL,
    account_id  BIGINT        NOT NULL,
    interface   VARCHAR(64)   NOT NULL,
    request     TEXT          NOT NULL,           -- plain business JSON as typed
    state       VARCHAR(10)   NOT NULL DEFAULT 'waiting',   -- waiting, sending, done
    asked_at    DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    sent_at     DATETIME(3)   NULL,
    done_at     DATETIME(3)   NULL,
    good        TINYINT       NOT NULL DEFAULT 0,
    what        VARCHAR(1000) NOT NULL DEFAULT '',
    log_id      BIGINT        NOT NULL DEFAULT 0,     -- exchange_log.id; pruned there in time
    PRIMARY KEY (id),
    KEY exchange_try_of (operator_id, state, asked_at),
    CONSTRAINT exchange_try_operator FOREIGN KEY (operator_id) REFERENCES operator (id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE connection_check (                   -- Step3: one automatic check of a connection, and its report
    id          BIGINT        NOT NULL AUTO_INCREMENT,
    operator_id BIGINT        NOT NULL,
    division_code VARCHAR(12) NOT NULL DEFAULT '',
    state       VARCHAR(10)   NOT NULL DEFAULT 'running',   -- running, passed, failed
    begun_at    DATETIME(3)   NOT NULL,
    ended_at    DATETIME(3)   NULL,
    words       VARCHAR(1000) NOT NULL DEFAULT '',
    stations    INT           NOT NULL DEFAULT 0,
    PRIMARY KEY (id),
    KEY connection_check_of (operator_id, begun_at),
    CONSTRAINT connection_check_operator FOREIGN KEY (operator_id) REFERENCES operator (id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE connection_check_row (               -- an interface, or a station with what differs
    check_id     BIGINT        NOT NULL,
    position     INT           NOT NULL,
    part         VARCHAR(10)   NOT NULL,          -- interface, station
    code         VARCHAR(64)   NOT NULL,
    name         VARCHAR(200)  NOT NULL DEFAULT '',
    good         TINYINT       NOT NULL,
    milliseconds INT           NOT NULL DEFAULT 0,
    what         VARCHAR(2000) NOT NULL DEFAULT '',
    detail       MEDIUMTEXT    NULL,              -- JSON [{"of","label","declared","pushed","words","decides"}]
    PRIMARY KEY (check_id, position),
    CONSTRAINT connection_check_row_of FOREIGN KEY (check_id) REFERENCES connection_check (id) ON DELETE CASCADE
) ENGINE=InnoDB;
