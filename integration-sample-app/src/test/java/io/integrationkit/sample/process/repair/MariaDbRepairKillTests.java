package io.integrationkit.sample.process.repair;

import io.integrationkit.sample.process.DatabaseProduct;

class MariaDbRepairKillTests extends RepairKillContract {

    MariaDbRepairKillTests() {
        super(DatabaseProduct.MARIADB);
    }
}
