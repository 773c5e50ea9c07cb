-- Integration Kit: messages that were handled. The row is written in the transaction of the handler.
-- Keys are compared byte by byte, whatever the collation of the database, and the id first, which tells most of them apart.
create table if not exists integration_inbox (
    consumer    text collate "C" not null,
    source      text collate "C" not null,
    message_id  text collate "C" not null,
    received_at timestamp with time zone not null,
    primary key (message_id, source, consumer)
);

create index if not exists integration_inbox_received on integration_inbox (received_at);
