-- Integration Kit: idempotency keys, by hash; the text of a key is never stored.
-- state: IN_PROGRESS until lease_until, then anybody's; DONE with its result until expires_at; DEAD_LETTERED as
-- entry dead_letter. Every write names the owner and epoch it was granted. kind says how payload is to be read.
-- Keys are compared byte by byte: case, accents and trailing blanks count, whatever the collation of the database.
-- Times are UTC.
create table if not exists integration_idempotency (
    operation   varchar(255)  not null,
    scope       varchar(255)  not null,
    key_hash    varbinary(32) not null,
    fingerprint varbinary(32) not null,
    state       varchar(16)   not null,
    owner       varchar(255)  not null,
    epoch       bigint        not null,
    lease_until datetime(6)   not null,
    expires_at  datetime(6)   not null,
    kind        varchar(16),
    payload     longblob,
    dead_letter varchar(64),
    primary key (operation, key_hash, scope),
    key integration_idempotency_expires (expires_at),
    key integration_idempotency_state (state, epoch)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
