package io.integrationkit.outbox;

import io.integrationkit.testsupport.PostgresDatabase;

class PostgresOutboxStoreTests extends JdbcOutboxStoreContract {

    PostgresOutboxStoreTests() {
        super(PostgresDatabase.access());
    }
}
