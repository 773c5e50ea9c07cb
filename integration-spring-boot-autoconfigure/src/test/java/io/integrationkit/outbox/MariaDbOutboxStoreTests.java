package io.integrationkit.outbox;

import io.integrationkit.testsupport.MariaDbDatabase;

class MariaDbOutboxStoreTests extends JdbcOutboxStoreContract {

    MariaDbOutboxStoreTests() {
        super(MariaDbDatabase.access());
    }
}
