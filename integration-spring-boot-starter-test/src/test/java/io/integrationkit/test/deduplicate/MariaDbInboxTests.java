package io.integrationkit.test.deduplicate;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.MariaDbDatabase;
import org.junit.jupiter.api.BeforeAll;

class MariaDbInboxTests extends JdbcInboxContract {

    private static JdbcAccess access;

    @BeforeAll
    static void open() {
        access = MariaDbDatabase.access();
    }

    @Override
    protected JdbcAccess access() {
        return access;
    }
}
