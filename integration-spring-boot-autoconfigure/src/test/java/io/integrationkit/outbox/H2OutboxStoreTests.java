package io.integrationkit.outbox;

import io.integrationkit.testsupport.H2Database;

class H2OutboxStoreTests extends JdbcOutboxStoreContract {

    H2OutboxStoreTests() {
        super(H2Database.access());
    }
}
