-- Integration Kit: outbox

-- A row is a message still owed; delivered means deleted. Rows are never updated, and the primary key is the only
-- index of messages that are not replayed: it is the order in which a shard is sent. replay_of is the former place of
-- a replayed message among the parked ones of its key, zero if it was not parked.
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
    replay_of     bigint,
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
-- Keys that do not simply go on; empty unless a message was refused for good. BLOCKED: the rows of the key wait for an
-- operator. PARKED: they become dead letters as they come, replays above replays_after apart. RELEASING: they wait until
-- the replays of the key are delivered. head_id is the row that was refused.
CREATE TABLE IF NOT EXISTS integration_outbox_key_state (
    shard           smallint     NOT NULL,
    destination     varchar NOT NULL,
    msg_key         varchar NOT NULL,
    state           varchar(16)  NOT NULL,
    head_id         bigint       NOT NULL,
    head_message_id varchar NOT NULL,
    category        varchar(16)  NOT NULL,
    problem         varchar NOT NULL,
    replays_after   bigint       NOT NULL,
    since           timestamp(9) with time zone NOT NULL,
    PRIMARY KEY (shard, destination, msg_key)
);

-- Messages of parked keys that are dead letters now and are to be replayed in the order of pos.
CREATE TABLE IF NOT EXISTS integration_outbox_parked (
    shard       smallint NOT NULL,
    destination varchar NOT NULL,
    msg_key     varchar NOT NULL,
    pos         bigint   NOT NULL,
    message_id  varchar NOT NULL,
    PRIMARY KEY (shard, destination, msg_key, pos)
);

CREATE INDEX IF NOT EXISTS integration_outbox_parked_message ON integration_outbox_parked (message_id);
