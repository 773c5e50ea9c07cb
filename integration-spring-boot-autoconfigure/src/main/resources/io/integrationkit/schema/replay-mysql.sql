-- Integration Kit: replays of many dead letters.
-- seq is the order in which jobs were started. up_to is the seq of the newest dead letter that belongs to a job,
-- last_position that of the last one it is done with. running_for keeps the purpose unique while the job has not ended.
-- owner, epoch and lease_until belong to the instance that runs it.
-- Texts are compared byte by byte, whatever the collation of the database. Times are UTC.
create table if not exists integration_replay_job (
    id               varchar(36)  not null primary key,
    seq              bigint       not null auto_increment,
    purpose          varchar(200),
    running_for      varchar(200),
    request          longtext     not null,
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
    failures         longtext     not null,
    stopped          varchar(500),
    started_at       datetime(6)  not null,
    updated_at       datetime(6)  not null,
    ended_at         datetime(6),
    owner            varchar(36),
    epoch            bigint       not null,
    lease_until      datetime(6),
    unique key integration_replay_job_seq (seq),
    unique key integration_replay_job_running_for (running_for)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
