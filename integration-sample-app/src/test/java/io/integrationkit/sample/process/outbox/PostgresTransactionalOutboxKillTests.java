package io.integrationkit.sample.process.outbox;

import io.integrationkit.sample.process.DatabaseProduct;

class PostgresTransactionalOutboxKillTests extends OutboxKillContract {

    PostgresTransactionalOutboxKillTests() {
        super(DatabaseProduct.POSTGRESQL, Sending.TRANSACTIONAL);
    }
}
