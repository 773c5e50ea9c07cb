-- Integration Kit: messages that were handled. The row is written in the transaction of the handler.
-- Keys are compared byte by byte: case, accents and trailing blanks count, whatever the collation of the database.
-- Times are UTC.
create table if not exists integration_inbox (
    consumer    varchar(255) not null,
    source      varchar(255) not null,
    message_id  varchar(255) not null,
    received_at datetime(6)  not null,
    primary key (consumer, source, message_id),
    key integration_inbox_received (received_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
