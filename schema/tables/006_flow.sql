-- Flows: every move a case made, its open deadline, whom a copy went to; and the calendar deadlines are counted by.
-- A case's state itself stands in the noun's own table (schema/flows/<name>.hdf names it).

CREATE TABLE flow_step (                          -- append-only: one row a move, written with the move
    id          BIGINT        NOT NULL AUTO_INCREMENT,
    flow        VARCHAR(40)   NOT NULL,
    case_id     BIGINT        NOT NULL,
    action      VARCHAR(40)   NOT NULL,           -- '' the case began
    from_state  VARCHAR(40)   NOT NULL,
    to_state    VARCHAR(40)   NOT NULL,
    account_id  BIGINT        NOT NULL DEFAULT 0, -- 0: the system
    actor_name  VARCHAR(60)   NOT NULL DEFAULT '',  -- as it was then
    actor_role  VARCHAR(60)   NOT NULL DEFAULT '',
    as_owner    TINYINT       NOT NULL DEFAULT 0, -- 1: taken by whom the case belongs to
    opinion     VARCHAR(2000) NOT NULL DEFAULT '',
    due_on      DATE          NULL,               -- the deadline this move met or missed; of an extension: the new one
    at          DATETIME(3)   NOT NULL,
    idempotency VARCHAR(110)  NULL,               -- of a case among many: key:case
    PRIMARY KEY (id),
    UNIQUE KEY flow_step_once (account_id, idempotency),
    KEY flow_step_case (flow, case_id, id),
    KEY flow_step_actor (account_id, id)
) ENGINE=InnoDB;

CREATE TABLE flow_due (                           -- the open deadline of a case; gone once the state is left
    flow        VARCHAR(40)   NOT NULL,
    case_id     BIGINT        NOT NULL,
    due_on      DATE          NOT NULL,           -- due at the end of this day
    known       TINYINT       NOT NULL DEFAULT 1, -- 0: reached a year whose holidays are not published yet
    since       DATETIME(3)   NOT NULL,
    from_on     DATE          NOT NULL,           -- due_on is `days` working days after this day: counted anew when the
    days        INT           NOT NULL,           --   calendar changes; extensions are in it
    extensions  INT           NOT NULL DEFAULT 0,
    reason      VARCHAR(2000) NOT NULL DEFAULT '',  -- of the last extension; the applicant reads it
    PRIMARY KEY (flow, case_id),
    KEY flow_due_on (due_on)
) ENGINE=InnoDB;

CREATE TABLE flow_copy (                          -- 抄送: colleagues who were sent a copy of a move
    id         BIGINT      NOT NULL AUTO_INCREMENT,
    account_id BIGINT      NOT NULL,
    flow       VARCHAR(40) NOT NULL,
    case_id    BIGINT      NOT NULL,
    step_id    BIGINT      NOT NULL,
    read_at    DATETIME(3) NULL,
    PRIMARY KEY (id),
    UNIQUE KEY flow_copy_once (step_id, account_id),
    KEY flow_copy_account (account_id, id),
    KEY flow_copy_unread (account_id, read_at),
    CONSTRAINT flow_copy_step FOREIGN KEY (step_id) REFERENCES flow_step (id)
) ENGINE=InnoDB;

CREATE TABLE calendar_year (                      -- years whose arrangement is known, whole
    year   SMALLINT    NOT NULL,
    source VARCHAR(20) NOT NULL,                  -- package, staff
    PRIMARY KEY (year)
) ENGINE=InnoDB;

CREATE TABLE calendar_day (                       -- days that differ from Monday to Friday
    day    DATE        NOT NULL,
    kind   VARCHAR(10) NOT NULL,                  -- holiday, workday; plain: staff said, as the day of the week
    name   VARCHAR(40) NOT NULL DEFAULT '',
    source VARCHAR(20) NOT NULL DEFAULT 'package',   -- package; staff: edited, a later load leaves it as it is
    PRIMARY KEY (day),
    CONSTRAINT calendar_day_kind CHECK (kind IN ('holiday', 'workday', 'plain'))
) ENGINE=InnoDB;

-- The cases of the account flows: what lib/flow needs of each. Their own fields are added by later files.
CREATE TABLE operator_registration (
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    operator_id   BIGINT       NULL,              -- once the company is known
    account_id    BIGINT       NULL,              -- who registered
    company       VARCHAR(100) NOT NULL DEFAULT '',
    division_code VARCHAR(12)  NOT NULL DEFAULT '',
    state         VARCHAR(40)  NOT NULL DEFAULT 'draft',
    state_at      DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),   -- in this state since
    PRIMARY KEY (id),
    KEY operator_registration_state (state, state_at),
    KEY operator_registration_operator (operator_id),
    KEY operator_registration_account (account_id),
    CONSTRAINT operator_registration_operator FOREIGN KEY (operator_id) REFERENCES operator (id),
    CONSTRAINT operator_registration_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB;

CREATE TABLE qualification (
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    operator_id   BIGINT       NOT NULL,
    company       VARCHAR(100) NOT NULL DEFAULT '',
    division_code VARCHAR(12)  NOT NULL DEFAULT '',
    state         VARCHAR(40)  NOT NULL DEFAULT 'draft',
    state_at      DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    KEY qualification_state (state, state_at),
    KEY qualification_operator (operator_id),
    CONSTRAINT qualification_operator FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;

CREATE TABLE profile_change (
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    operator_id   BIGINT       NOT NULL,
    company       VARCHAR(100) NOT NULL DEFAULT '',
    division_code VARCHAR(12)  NOT NULL DEFAULT '',
    state         VARCHAR(40)  NOT NULL DEFAULT 'draft',
    state_at      DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    KEY profile_change_state (state, state_at),
    KEY profile_change_operator (operator_id),
    CONSTRAINT profile_change_operator FOREIGN KEY (operator_id) REFERENCES operator (id)
) ENGINE=InnoDB;
