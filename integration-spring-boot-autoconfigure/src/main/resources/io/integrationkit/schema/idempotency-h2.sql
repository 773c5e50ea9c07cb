-- Integration Kit: idempotency keys, by hash; the text of a key is never stored.
-- state: IN_PROGRESS until lease_until, then anybody's; DONE with its result until expires_at; DEAD_LETTERED as
-- entry dead_letter. Every write names the owner and epoch it was granted. kind says how payload is to be read.
create table if not exists integration_idempotency (
    operation   varchar not null,
    scope       varchar not null,
    key_hash    binary varying(32) not null,
    fingerprint binary varying(32) not null,
    state       varchar(16) not null,
    owner       varchar not null,
    epoch       bigint not null,
    lease_until timestamp with time zone not null,
    expires_at  timestamp with time zone not null,
    kind        varchar(16),
    payload     blob,
    dead_letter varchar(64),
    primary key (operation, key_hash, scope)
);

create index if not exists integration_idempotency_expires on integration_idempotency (expires_at);

create index if not exists integration_idempotency_state on integration_idempotency (state, epoch);
