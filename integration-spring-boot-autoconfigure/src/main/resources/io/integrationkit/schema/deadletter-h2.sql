-- Integration Kit: calls and messages that were given up.
-- id is derived from (kind, name, key or message id) where there is one, so the primary key keeps an entry unique.
-- seq is the order of first failure. owner, epoch and lease_until belong to the replay that is under way. Who closed an
-- entry stands in the entry, and goes to its history when it is opened again.
create table if not exists integration_dead_letter (
    id               varchar(36)  not null primary key,
    seq              bigint       generated always as identity unique,
    kind             varchar(16)  not null,
    name             varchar      not null,
    entry_key        varchar,
    arguments        clob,
    message_id       varchar,
    event_type       varchar,
    event_version    integer,
    tenant           varchar,
    content_type     varchar,
    headers          blob,
    payload          blob,
    cipher           varchar(100),
    category         varchar(16)  not null,
    exception_type   varchar      not null,
    message          varchar(500) not null,
    fingerprint      varchar(16)  not null,
    attempts         integer      not null,
    first_failed_at  timestamp with time zone not null,
    last_failed_at   timestamp with time zone not null,
    correlation_id   varchar,
    status           varchar(16)  not null,
    replays          integer      not null,
    compensation     varchar(16)  not null,
    closed_at        timestamp with time zone,
    closed_by        varchar(200),
    closed_reason    varchar(500),
    note             varchar(500),
    revision         bigint       not null,
    owner            varchar(36),
    epoch            bigint       not null,
    lease_until      timestamp with time zone
);

create index if not exists integration_dead_letter_status on integration_dead_letter (status, seq);

create index if not exists integration_dead_letter_name on integration_dead_letter (name, seq);

create index if not exists integration_dead_letter_fingerprint on integration_dead_letter (fingerprint, seq);

create index if not exists integration_dead_letter_key on integration_dead_letter (entry_key, seq);

create index if not exists integration_dead_letter_closed on integration_dead_letter (closed_at);

create table if not exists integration_dead_letter_history (
    seq              bigint       generated always as identity primary key,
    entry_id         varchar(36)  not null,
    happened_at      timestamp with time zone not null,
    action           varchar(16)  not null,
    actor            varchar(200) not null,
    reason           varchar(500)
);

create index if not exists integration_dead_letter_history_entry on integration_dead_letter_history (entry_id, seq);

-- How many entries there are of what: the sum of entries over all rows of the same kind. Each change of an entry adds
-- rows in its own transaction and changes none, so that nobody waits; rows of the same kind are made one now and then.
create table if not exists integration_dead_letter_tally (
    seq              bigint       generated always as identity primary key,
    kind             varchar(16)  not null,
    name             varchar      not null,
    category         varchar(16)  not null,
    fingerprint      varchar(16)  not null,
    status           varchar(16)  not null,
    entries          bigint       not null,
    last_failed_at   timestamp with time zone
);

create index if not exists integration_dead_letter_tally_fingerprint on integration_dead_letter_tally (fingerprint, seq);
