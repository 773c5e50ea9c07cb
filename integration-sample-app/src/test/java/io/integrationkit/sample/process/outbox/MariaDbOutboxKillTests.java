package io.integrationkit.sample.process.outbox;

import io.integrationkit.sample.process.DatabaseProduct;

class MariaDbOutboxKillTests extends OutboxKillContract {

    MariaDbOutboxKillTests() {
        super(DatabaseProduct.MARIADB, Sending.STRICT);
    }
}
