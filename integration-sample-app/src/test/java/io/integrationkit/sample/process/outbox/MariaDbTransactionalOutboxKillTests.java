package io.integrationkit.sample.process.outbox;

class MariaDbTransactionalOutboxKillTests extends OutboxKillContract {

    MariaDbTransactionalOutboxKillTests() {
        super(DatabaseProduct.MARIADB, Sending.TRANSACTIONAL);
    }
}
