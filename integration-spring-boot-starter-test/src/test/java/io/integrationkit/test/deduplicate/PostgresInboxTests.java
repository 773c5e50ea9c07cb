package io.integrationkit.test.deduplicate;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.PostgresDatabase;
import org.junit.jupiter.api.BeforeAll;

class PostgresInboxTests extends JdbcInboxContract {

    private static JdbcAccess access;

    @BeforeAll
    static void open() {
        access = PostgresDatabase.access();
    }

    @Override
    protected JdbcAccess access() {
        return access;
    }
}
