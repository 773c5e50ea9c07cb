package io.integrationkit.deadletter;

import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterAll;

class H2DeadLetterStoreTests extends JdbcTallyContract {

    private static final JdbcConnectionPool POOL =
            JdbcConnectionPool.create("jdbc:h2:mem:dead-letters;DB_CLOSE_DELAY=-1", "sa", "");

    @Override
    DataSource dataSource() {
        return POOL;
    }

    @AfterAll
    static void close() {
        POOL.dispose();
    }
}
