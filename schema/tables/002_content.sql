-- Columns, articles and fixed pages. Bodies are CommonMark; the page draws them block by block, escaped.

CREATE TABLE news_column (                    -- 栏目: industry news, policy …
    code        VARCHAR(20)  NOT NULL,
    name        VARCHAR(40)  NOT NULL,
    description VARCHAR(200) NOT NULL DEFAULT '',
    keywords    VARCHAR(200) NOT NULL DEFAULT '',
    column_type VARCHAR(20)  NOT NULL,        -- ColumnType of 国办发〔2017〕47号
    sort        INT          NOT NULL DEFAULT 0,
    PRIMARY KEY (code)
) ENGINE=InnoDB;

CREATE TABLE article (
    id           BIGINT       NOT NULL AUTO_INCREMENT,
    column_code  VARCHAR(20)  NOT NULL,
    title        VARCHAR(120) NOT NULL,
    summary      VARCHAR(400) NOT NULL DEFAULT '',
    body         MEDIUMTEXT   NOT NULL,
    source       VARCHAR(80)  NOT NULL,       -- ContentSource
    author       VARCHAR(40)  NOT NULL DEFAULT '',
    keywords     VARCHAR(200) NOT NULL DEFAULT '',
    state        VARCHAR(12)  NOT NULL DEFAULT 'draft',    -- draft, published, withdrawn
    published_at DATETIME(3)  NULL,           -- may lie ahead: shown from then on
    updated_at   DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    search_words MEDIUMTEXT   NOT NULL DEFAULT '',         -- bigrams of title and body
    PRIMARY KEY (id),
    KEY article_column (column_code, state, published_at, id),
    FULLTEXT KEY article_words (search_words),
    CONSTRAINT article_column FOREIGN KEY (column_code) REFERENCES news_column (code)
) ENGINE=InnoDB;

CREATE TABLE page (                           -- 开放平台, 关于我们, 无障碍 …: editable texts at a fixed address
    slug       VARCHAR(40)  NOT NULL,         -- "open/conditions"
    section    VARCHAR(20)  NOT NULL,         -- open, about, site
    title      VARCHAR(80)  NOT NULL,
    body       MEDIUMTEXT   NOT NULL,
    sort       INT          NOT NULL DEFAULT 0,
    version    INT          NOT NULL DEFAULT 1,            -- compare-and-set for editors
    updated_by BIGINT       NOT NULL DEFAULT 0,
    updated_at DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    PRIMARY KEY (slug),
    KEY page_section (section, sort)
) ENGINE=InnoDB;

CREATE TABLE page_history (                   -- every earlier version stays readable
    id         BIGINT      NOT NULL AUTO_INCREMENT,
    slug       VARCHAR(40) NOT NULL,
    version    INT         NOT NULL,
    title      VARCHAR(80) NOT NULL,
    body       MEDIUMTEXT  NOT NULL,
    account_id BIGINT      NOT NULL,
    at         DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (id),
    UNIQUE KEY page_history_version (slug, version)
) ENGINE=InnoDB;

CREATE TABLE statistic (                      -- figures of the home page, recounted by the job runner
    name  VARCHAR(40)   NOT NULL,
    value DECIMAL(20,3) NOT NULL,
    at    DATETIME(3)   NOT NULL,
    PRIMARY KEY (name)
) ENGINE=InnoDB;
