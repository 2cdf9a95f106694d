-- Forms not yet sent: what was typed, kept for the account or the visit (cookie) that typed it. Sealed as a whole,
-- because drafts hold what is sealed in records.

CREATE TABLE form_draft (
    form       VARCHAR(60)  NOT NULL,
    owner      VARCHAR(70)  NOT NULL,         -- "a:<account>" or "v:<SHA-256 of the visit cookie>"
    subject    VARCHAR(40)  NOT NULL DEFAULT '',   -- id of the record being changed; '' a new one
    step       TINYINT      NOT NULL DEFAULT 1,    -- furthest step reached
    sealed     MEDIUMTEXT   NOT NULL,         -- sealed JSON
    updated_at DATETIME(3)  NOT NULL,
    expires_at DATETIME(3)  NOT NULL,
    PRIMARY KEY (form, owner, subject),
    KEY form_draft_expires (expires_at)
) ENGINE=InnoDB;
