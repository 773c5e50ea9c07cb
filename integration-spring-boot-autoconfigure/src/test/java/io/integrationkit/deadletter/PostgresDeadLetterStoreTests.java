package io.integrationkit.deadletter;

import com.zaxxer.hikari.HikariDataSource;
import io.integrationkit.testsupport.PostgresDatabase;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.springframework.boot.jdbc.DataSourceBuilder;

class PostgresDeadLetterStoreTests extends JdbcTallyContract {

    private static final HikariDataSource POOL = DataSourceBuilder.create()
            .type(HikariDataSource.class)
            .url(PostgresDatabase.url())
            .username("postgres")
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
