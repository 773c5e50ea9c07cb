-- Integration Kit: outbox
-- Keys are compared byte by byte: case, accents and trailing blanks count, whatever the collation of the database.
-- Times are UTC.

-- A row is a message still owed; delivered means deleted. Rows are never updated, and the primary key, in whose order
-- they are stored, is the order in which a shard is sent. The other key is there because AUTO_INCREMENT wants one.
CREATE TABLE IF NOT EXISTS integration_outbox (
    shard         smallint    NOT NULL,
    id            bigint      NOT NULL AUTO_INCREMENT,
    message_id    text        NOT NULL,
    msg_key       mediumtext,
    destination   text        NOT NULL,
    event_type    text,
    event_version integer     NOT NULL,
    content_type  text,
    headers       longtext    NOT NULL,
    payload       longblob    NOT NULL,
    created_at    datetime(6) NOT NULL DEFAULT (utc_timestamp(6)),
    tenant        text,
    PRIMARY KEY (shard, id),
    KEY integration_outbox_id (id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- What cannot be changed once there are messages, such as the number of shards.
CREATE TABLE IF NOT EXISTS integration_outbox_meta (
    name    varchar(512) NOT NULL PRIMARY KEY,
    setting varchar(255) NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Which instance sends a shard, until when; the epoch rises each time another claims it.
CREATE TABLE IF NOT EXISTS integration_outbox_lease (
    shard      smallint    NOT NULL PRIMARY KEY,
    owner      varchar(255),
    epoch      bigint      NOT NULL,
    expires_at datetime(6) NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Which instances run, and the key of the lock each holds while its session lasts; null: it can hold none.
CREATE TABLE IF NOT EXISTS integration_outbox_instance (
    owner       varchar(255) NOT NULL PRIMARY KEY,
    session_key bigint,
    seen_at     datetime(6)  NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
