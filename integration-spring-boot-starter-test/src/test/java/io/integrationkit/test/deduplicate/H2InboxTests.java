package io.integrationkit.test.deduplicate;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.H2Database;
import org.junit.jupiter.api.BeforeAll;

class H2InboxTests extends JdbcInboxContract {

    private static JdbcAccess access;

    @BeforeAll
    static void open() {
        access = H2Database.access();
    }

    @Override
    protected JdbcAccess access() {
        return access;
    }
}
