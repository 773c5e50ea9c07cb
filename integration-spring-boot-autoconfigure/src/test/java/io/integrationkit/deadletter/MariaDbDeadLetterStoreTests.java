package io.integrationkit.deadletter;

import com.zaxxer.hikari.HikariDataSource;
import io.integrationkit.testsupport.MariaDbDatabase;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.springframework.boot.jdbc.DataSourceBuilder;

class MariaDbDeadLetterStoreTests extends JdbcTallyContract {

    private static final HikariDataSource POOL = DataSourceBuilder.create()
            .type(HikariDataSource.class)
            .url(MariaDbDatabase.url())
            .username(MariaDbDatabase.USER)
            .build();

    @Override
    DataSource dataSource() {
        return POOL;
    }

    @AfterAll
    static void close() {
        POOL.close();
    }
}
