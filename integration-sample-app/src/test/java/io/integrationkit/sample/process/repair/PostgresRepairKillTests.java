package io.integrationkit.sample.process.repair;

import io.integrationkit.sample.process.DatabaseProduct;

class PostgresRepairKillTests extends RepairKillContract {

    PostgresRepairKillTests() {
        super(DatabaseProduct.POSTGRESQL);
    }
}
