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
