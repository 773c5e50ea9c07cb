-- Integration Kit: outbox

-- A row is a message still owed; delivered means deleted. Rows are never updated, and the primary key is the only
-- index: it is the order in which a shard is sent.
CREATE TABLE IF NOT EXISTS integration_outbox (
    shard         smallint    NOT NULL,
    id            bigint      GENERATED ALWAYS AS IDENTITY,
    message_id    varchar     NOT NULL,
    msg_key       varchar,
    destination   varchar     NOT NULL,
    event_type    varchar,
    event_version integer     NOT NULL,
    content_type  varchar,
    headers       character large object NOT NULL,
    payload       binary large object    NOT NULL,
    created_at    timestamp(9) with time zone DEFAULT current_timestamp(9) NOT NULL,
    tenant        varchar,
    PRIMARY KEY (shard, id)
);

-- What cannot be changed once there are messages, such as the number of shards.
CREATE TABLE IF NOT EXISTS integration_outbox_meta (
    name    varchar NOT NULL PRIMARY KEY,
    setting varchar NOT NULL
);

-- Locked by transactions that publish, where integration.outbox.ordering=locked.
INSERT INTO integration_outbox_meta (name, setting)
SELECT 'ordering', 'locked row' WHERE NOT EXISTS (SELECT 1 FROM integration_outbox_meta WHERE name = 'ordering');

-- Which instance sends a shard, until when; the epoch rises each time another claims it.
CREATE TABLE IF NOT EXISTS integration_outbox_lease (
    shard      smallint NOT NULL PRIMARY KEY,
    owner      varchar,
    epoch      bigint   NOT NULL,
    expires_at timestamp(9) with time zone NOT NULL
);

-- Which instances run, and the key of the lock each holds while its session lasts; null: it can hold none.
CREATE TABLE IF NOT EXISTS integration_outbox_instance (
    owner       varchar NOT NULL PRIMARY KEY,
    session_key bigint,
    seen_at     timestamp(9) with time zone NOT NULL
);
