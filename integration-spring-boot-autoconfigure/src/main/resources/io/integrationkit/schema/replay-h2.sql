-- Integration Kit: replays of many dead letters.
-- seq is the order in which jobs were started. up_to is the seq of the newest dead letter that belongs to a job,
-- last_position that of the last one it is done with. running_for keeps the purpose unique while the job has not ended.
-- owner, epoch and lease_until belong to the instance that runs it.
create table if not exists integration_replay_job (
    id               varchar(36)  not null primary key,
    seq              bigint       generated always as identity unique,
    purpose          varchar(200),
    running_for      varchar(200) unique,
    request          clob         not null,
    actor            varchar(200) not null,
    reason           varchar(500) not null,
    status           varchar(16)  not null,
    up_to            bigint       not null,
    total            bigint       not null,
    last_position    bigint       not null,
    replayed         bigint       not null,
    failed           bigint       not null,
    skipped          bigint       not null,
    step             integer      not null,
    step_tried       integer      not null,
    step_failed      integer      not null,
    failures         clob         not null,
    stopped          varchar(500),
    started_at       timestamp with time zone not null,
    updated_at       timestamp with time zone not null,
    ended_at         timestamp with time zone,
    owner            varchar(36),
    epoch            bigint       not null,
    lease_until      timestamp with time zone
);
