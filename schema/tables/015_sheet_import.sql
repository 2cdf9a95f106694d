-- Imports of workbooks: one row a file, whose bytes make it one: the same file again is the same import,
-- unless it is asked for once more.

CREATE TABLE sheet_import (
    id          BIGINT       NOT NULL AUTO_INCREMENT,
    kind        VARCHAR(40)  NOT NULL,        -- what is imported: "station-record"
    operator_id BIGINT       NOT NULL,        -- whose; 0: a department's
    account_id  BIGINT       NOT NULL,        -- who brought it; the job acts as this person
    sha256      BINARY(32)   NOT NULL,        -- of the file
    round       INT          NOT NULL DEFAULT 1,     -- 2: asked for again after the first was done (its records were deleted)
    file_id     BIGINT       NOT NULL,
    name        VARCHAR(200) NOT NULL,        -- of the file, as the person called it
    state       VARCHAR(10)  NOT NULL DEFAULT 'waiting',
    rows_total  BIGINT       NOT NULL DEFAULT 0,     -- known when it is checked
    problems    BIGINT       NOT NULL DEFAULT 0,
    findings    MEDIUMTEXT   NULL,            -- JSON: {refused, list: [[sheet, row, column, address, label, value, text] …]}
    created_at  DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    finished_at DATETIME(3)  NULL,
    PRIMARY KEY (id),
    UNIQUE KEY sheet_import_once (kind, operator_id, sha256, round),
    KEY sheet_import_own (operator_id, kind, id),
    CONSTRAINT sheet_import_state CHECK (state IN ('waiting', 'checking', 'storing', 'done', 'refused')),
    CONSTRAINT sheet_import_file FOREIGN KEY (file_id) REFERENCES file (id)
) ENGINE=InnoDB;

-- How far the pass that runs is. Apart from sheet_import: it is written on a second connection while the rows are stored, and
-- the storing transaction, which ends with the word "done" there, must not find that row changed behind its snapshot.
CREATE TABLE sheet_import_progress (
    import_id   BIGINT       NOT NULL,
    rows_done   BIGINT       NOT NULL,
    PRIMARY KEY (import_id),
    CONSTRAINT sheet_import_progress_of FOREIGN KEY (import_id) REFERENCES sheet_import (id) ON DELETE CASCADE
) ENGINE=InnoDB;
