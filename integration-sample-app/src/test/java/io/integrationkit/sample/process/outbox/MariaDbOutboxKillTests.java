package io.integrationkit.sample.process.outbox;

class MariaDbOutboxKillTests extends OutboxKillContract {

    MariaDbOutboxKillTests() {
        super(DatabaseProduct.MARIADB, Sending.STRICT);
    }
}
