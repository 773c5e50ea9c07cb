package io.integrationkit.sample.process.outbox;

class PostgresOutboxKillTests extends OutboxKillContract {

    PostgresOutboxKillTests() {
        super(DatabaseProduct.POSTGRESQL, Sending.STRICT);
    }
}
