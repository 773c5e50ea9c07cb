CREATE TABLE IF NOT EXISTS activity (
    outbox_key  text   PRIMARY KEY,
    sequence    bigint NOT NULL,
    counts      jsonb  NOT NULL,
    last_event  text   NOT NULL,
    last_action text
);

CREATE TABLE IF NOT EXISTS projection (
    outbox_key    text   NOT NULL,
    event         text   NOT NULL,
    deliveries    bigint NOT NULL,
    last_sequence bigint NOT NULL,
    PRIMARY KEY (outbox_key, event)
);

CREATE TABLE IF NOT EXISTS note (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outbox_key text NOT NULL,
    text       text NOT NULL
);
