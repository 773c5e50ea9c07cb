-- Integration Kit: outbox

-- A row is a message still owed; delivered means deleted. Rows are never updated, and the primary key is the only
-- index: it is the order in which a shard is sent.
CREATE TABLE IF NOT EXISTS integration_outbox (
    shard         smallint    NOT NULL,
    id            bigint      GENERATED ALWAYS AS IDENTITY,
    message_id    text        NOT NULL,
    msg_key       text,
    destination   text        NOT NULL,
    event_type    text,
    event_version integer     NOT NULL,
    content_type  text,
    headers       text        NOT NULL,
    payload       bytea       NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    tenant        text,
    PRIMARY KEY (shard, id)
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_scale_factor = 0,
    toast.autovacuum_vacuum_threshold = 5000
);

-- What cannot be changed once there are messages, such as the number of shards.
CREATE TABLE IF NOT EXISTS integration_outbox_meta (
    name    text NOT NULL PRIMARY KEY,
    setting text NOT NULL
);

-- Which instance sends a shard, until when; the epoch rises each time another claims it.
CREATE TABLE IF NOT EXISTS integration_outbox_lease (
    shard      smallint    NOT NULL PRIMARY KEY,
    owner      text,
    epoch      bigint      NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Which instances run, and the key of the lock each holds while its session lasts; null: it can hold none.
CREATE TABLE IF NOT EXISTS integration_outbox_instance (
    owner       text NOT NULL PRIMARY KEY,
    session_key bigint,
    seen_at     timestamptz NOT NULL
) WITH (fillfactor = 50);
