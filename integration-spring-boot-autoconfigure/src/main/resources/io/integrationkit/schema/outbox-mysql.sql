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
    replay_of     bigint,
    PRIMARY KEY (shard, id),
    KEY integration_outbox_id (id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- What cannot be changed once there are messages, such as the number of shards.
CREATE TABLE IF NOT EXISTS integration_outbox_meta (
    name    varchar(512) NOT NULL PRIMARY KEY,
    setting varchar(255) NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- Locked by transactions that publish, where integration.outbox.ordering=locked.
INSERT INTO integration_outbox_meta (name, setting)
SELECT 'ordering', 'locked row' FROM DUAL
WHERE NOT EXISTS (SELECT 1 FROM integration_outbox_meta WHERE name = 'ordering');

-- Which instance sends a shard, until when; the epoch rises each time another claims it.
CREATE TABLE IF NOT EXISTS integration_outbox_lease (
    shard      smallint    NOT NULL PRIMARY KEY,
    owner      varchar(255),
    epoch      bigint      NOT NULL,
    expires_at datetime(6) NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- Which instances run, and the key of the lock each holds while its session lasts; null: it can hold none.
CREATE TABLE IF NOT EXISTS integration_outbox_instance (
    owner       varchar(255) NOT NULL PRIMARY KEY,
    session_key bigint,
    seen_at     datetime(6)  NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- Keys that do not simply go on; empty unless a message was refused for good. BLOCKED: the rows of the key wait for an
-- operator. PARKED: they become dead letters as they come, replays above replays_after apart. RELEASING: they wait until
-- the replays of the key are delivered. head_id is the row that was refused. There is one row a key, since whoever adds
-- one holds the lease of its shard; keys are too long for a unique index.
CREATE TABLE IF NOT EXISTS integration_outbox_key_state (
    id              bigint      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    shard           smallint    NOT NULL,
    destination     text        NOT NULL,
    msg_key         mediumtext  NOT NULL,
    state           varchar(16) NOT NULL,
    head_id         bigint      NOT NULL,
    head_message_id text        NOT NULL,
    category        varchar(16) NOT NULL,
    problem         text        NOT NULL,
    replays_after   bigint      NOT NULL,
    since           datetime(6) NOT NULL,
    KEY integration_outbox_key_state_key (shard, destination(100), msg_key(200))
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- Messages of parked keys that are dead letters now and are to be replayed in the order of pos.
CREATE TABLE IF NOT EXISTS integration_outbox_parked (
    id          bigint     NOT NULL AUTO_INCREMENT PRIMARY KEY,
    shard       smallint   NOT NULL,
    destination text       NOT NULL,
    msg_key     mediumtext NOT NULL,
    pos         bigint     NOT NULL,
    message_id  text       NOT NULL,
    KEY integration_outbox_parked_key (shard, destination(100), msg_key(200), pos),
    KEY integration_outbox_parked_message (message_id(200))
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
