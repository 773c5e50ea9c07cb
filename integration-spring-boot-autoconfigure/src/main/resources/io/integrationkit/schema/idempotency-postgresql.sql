-- Integration Kit: idempotency keys, by hash; the text of a key is never stored.
-- state: IN_PROGRESS until lease_until, then anybody's; DONE with its result until expires_at; DEAD_LETTERED as
-- entry dead_letter. Every write names the owner and epoch it was granted. kind says how payload is to be read.
create table if not exists integration_idempotency (
    operation   text not null,
    scope       text not null,
    key_hash    bytea not null,
    fingerprint bytea not null,
    state       varchar(16) not null,
    owner       text not null,
    epoch       bigint not null,
    lease_until timestamp with time zone not null,
    expires_at  timestamp with time zone not null,
    kind        varchar(16),
    payload     bytea,
    dead_letter varchar(64),
    primary key (operation, key_hash, scope)
);

create index if not exists integration_idempotency_expires on integration_idempotency (expires_at);

-- Small, since it holds the keys that have no result: which ones are unfinished, and since when.
create index if not exists integration_idempotency_open on integration_idempotency (state, epoch) where state <> 'DONE';
