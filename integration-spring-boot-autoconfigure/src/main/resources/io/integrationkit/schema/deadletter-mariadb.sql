-- Integration Kit: calls and messages that were given up.
-- id is derived from (kind, name, key or message id) where there is one, so the primary key keeps an entry unique.
-- seq is the order of first failure. owner, epoch and lease_until belong to the replay that is under way. Who closed an
-- entry stands in the entry, and goes to its history when it is opened again.
-- Keys are compared byte by byte: case, accents and trailing blanks count, whatever the collation of the database.
-- Times are UTC.
create table if not exists integration_dead_letter (
    id               varchar(36)  not null primary key,
    seq              bigint       not null auto_increment,
    kind             varchar(16)  not null,
    name             text         not null,
    entry_key        mediumtext,
    arguments        longtext,
    message_id       text,
    event_type       text,
    event_version    integer,
    tenant           text,
    content_type     text,
    headers          longblob,
    payload          longblob,
    cipher           varchar(100),
    category         varchar(16)  not null,
    exception_type   text         not null,
    message          varchar(500) not null,
    fingerprint      varchar(16)  not null,
    attempts         integer      not null,
    first_failed_at  datetime(6)  not null,
    last_failed_at   datetime(6)  not null,
    correlation_id   text,
    status           varchar(16)  not null,
    replays          integer      not null,
    compensation     varchar(16)  not null,
    closed_at        datetime(6),
    closed_by        varchar(200),
    closed_reason    varchar(500),
    note             varchar(500),
    revision         bigint       not null,
    owner            varchar(36),
    epoch            bigint       not null,
    lease_until      datetime(6),
    unique key integration_dead_letter_seq (seq),
    key integration_dead_letter_status (status, seq),
    key integration_dead_letter_name (name(100), seq),
    key integration_dead_letter_fingerprint (fingerprint, seq),
    key integration_dead_letter_key (entry_key(100)),
    key integration_dead_letter_closed (closed_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

create table if not exists integration_dead_letter_history (
    seq              bigint       not null auto_increment primary key,
    entry_id         varchar(36)  not null,
    happened_at      datetime(6)  not null,
    action           varchar(16)  not null,
    actor            varchar(200) not null,
    reason           varchar(500),
    key integration_dead_letter_history_entry (entry_id, seq)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- How many entries there are of what: the sum of entries over all rows of the same kind. Each change of an entry adds
-- rows in its own transaction and changes none, so that nobody waits; rows of the same kind are made one now and then.
create table if not exists integration_dead_letter_tally (
    seq              bigint       not null auto_increment primary key,
    kind             varchar(16)  not null,
    name             text         not null,
    category         varchar(16)  not null,
    fingerprint      varchar(16)  not null,
    status           varchar(16)  not null,
    entries          bigint       not null,
    last_failed_at   datetime(6),
    key integration_dead_letter_tally_fingerprint (fingerprint, seq)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
