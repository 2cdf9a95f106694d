-- Files: one row an upload, the bytes once under VAR/files by their digest.

CREATE TABLE file (
    id         BIGINT       NOT NULL,         -- random, 53 bits: not to be guessed before it belongs to a record
    sha256     BINARY(32)   NOT NULL,         -- of the bytes as stored (pictures are written afresh)
    kind       VARCHAR(10)  NOT NULL,         -- png, jpeg, pdf, xlsx, zip: what the bytes are
    size       BIGINT       NOT NULL,
    width      INT          NULL,             -- of a picture, in pixels
    height     INT          NULL,
    name       VARCHAR(200) NOT NULL,         -- as the visitor called it, cleaned: for display only
    account_id BIGINT       NOT NULL DEFAULT 0,   -- who brought it; 0: a visitor
    created_at DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    kept_until DATETIME(3)  NOT NULL DEFAULT (CURRENT_TIMESTAMP(3) + INTERVAL 1 DAY),   -- belonging to no record: removed then; a draft puts it off
    PRIMARY KEY (id),
    KEY file_sha256 (sha256),
    KEY file_kept (kept_until)
) ENGINE=InnoDB;

CREATE TABLE file_link (                      -- which record a file belongs to
    record    VARCHAR(40) NOT NULL,           -- "operator_registration"
    record_id BIGINT      NOT NULL,
    field     VARCHAR(40) NOT NULL,           -- "licence"
    position  INT         NOT NULL,
    file_id   BIGINT      NOT NULL,
    caption   VARCHAR(100) NOT NULL DEFAULT '',   -- what is said below it
    PRIMARY KEY (record, record_id, field, position),
    KEY file_link_file (file_id),
    CONSTRAINT file_link_file FOREIGN KEY (file_id) REFERENCES file (id)
) ENGINE=InnoDB;
