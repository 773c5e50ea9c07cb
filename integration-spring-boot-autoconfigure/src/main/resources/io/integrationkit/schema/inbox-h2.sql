-- Integration Kit: messages that were handled. The row is written in the transaction of the handler.
create table if not exists integration_inbox (
    consumer    varchar not null,
    source      varchar not null,
    message_id  varchar not null,
    received_at timestamp with time zone not null,
    primary key (consumer, source, message_id)
);

create index if not exists integration_inbox_received on integration_inbox (received_at);
