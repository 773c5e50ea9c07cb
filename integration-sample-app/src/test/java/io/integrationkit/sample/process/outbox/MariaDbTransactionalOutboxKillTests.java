package io.integrationkit.sample.process.outbox;

import io.integrationkit.sample.process.DatabaseProduct;

class MariaDbTransactionalOutboxKillTests extends OutboxKillContract {

    MariaDbTransactionalOutboxKillTests() {
        super(DatabaseProduct.MARIADB, Sending.TRANSACTIONAL);
    }
}
