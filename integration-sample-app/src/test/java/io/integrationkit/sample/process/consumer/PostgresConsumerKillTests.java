package io.integrationkit.sample.process.consumer;

import io.integrationkit.sample.process.DatabaseProduct;

class PostgresConsumerKillTests extends ConsumerKillContract {

    PostgresConsumerKillTests() {
        super(DatabaseProduct.POSTGRESQL);
    }
}
