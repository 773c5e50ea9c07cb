package io.integrationkit.sample.process.outbox;

class PostgresTransactionalOutboxKillTests extends OutboxKillContract {

    PostgresTransactionalOutboxKillTests() {
        super(DatabaseProduct.POSTGRESQL, Sending.TRANSACTIONAL);
    }
}
