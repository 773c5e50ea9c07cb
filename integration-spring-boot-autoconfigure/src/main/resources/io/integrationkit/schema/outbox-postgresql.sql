-- Integration Kit: outbox

-- A row is a message still owed; delivered means deleted. Rows are never updated, and the primary key is the only
-- index of messages that are not replayed: it is the order in which a shard is sent. replay_of is the former place of
-- a replayed message among the parked ones of its key, zero if it was not parked.
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
    replay_of     bigint,
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
CREATE INDEX IF NOT EXISTS integration_outbox_replay ON integration_outbox (shard, destination, msg_key)
    WHERE replay_of IS NOT NULL;

-- Keys that do not simply go on; empty unless a message was refused for good. BLOCKED: the rows of the key wait for an
-- operator. PARKED: they become dead letters as they come, replays above replays_after apart. RELEASING: they wait until
-- the replays of the key are delivered. head_id is the row that was refused.
CREATE TABLE IF NOT EXISTS integration_outbox_key_state (
    shard           smallint     NOT NULL,
    destination     text NOT NULL,
    msg_key         text NOT NULL,
    state           varchar(16)  NOT NULL,
    head_id         bigint       NOT NULL,
    head_message_id text NOT NULL,
    category        varchar(16)  NOT NULL,
    problem         text NOT NULL,
    replays_after   bigint       NOT NULL,
    since           timestamptz NOT NULL,
    PRIMARY KEY (shard, destination, msg_key)
);

-- Messages of parked keys that are dead letters now and are to be replayed in the order of pos.
CREATE TABLE IF NOT EXISTS integration_outbox_parked (
    shard       smallint NOT NULL,
    destination text NOT NULL,
    msg_key     text NOT NULL,
    pos         bigint   NOT NULL,
    message_id  text NOT NULL,
    PRIMARY KEY (shard, destination, msg_key, pos)
);

CREATE INDEX IF NOT EXISTS integration_outbox_parked_message ON integration_outbox_parked (message_id);
