package io.integrationkit.sample.process.outbox;

import io.integrationkit.sample.process.DatabaseProduct;

class PostgresOutboxKillTests extends OutboxKillContract {

    PostgresOutboxKillTests() {
        super(DatabaseProduct.POSTGRESQL, Sending.STRICT);
    }
}
