package io.integrationkit.sample.process.consumer;

import io.integrationkit.sample.process.DatabaseProduct;

class MariaDbConsumerKillTests extends ConsumerKillContract {

    MariaDbConsumerKillTests() {
        super(DatabaseProduct.MARIADB);
    }
}
