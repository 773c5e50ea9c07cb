package io.integrationkit.testsupport;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** What the databases of the tests share: a pool that keeps no idle connection, and our schema scripts. */
final class Databases {

    private static final List<String> SCRIPTS = List.of("outbox", "inbox", "idempotency", "deadletter", "replay");

    private Databases() {}

    static JdbcAccess open(Database database, String url, String user) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword("");
        config.setMinimumIdle(0);
        config.setIdleTimeout(10_000);
        config.setMaximumPoolSize(16);
        DataSource dataSource = new HikariDataSource(config);
        createTables(database, dataSource);
        return new JdbcAccess(dataSource, new JdbcTransactionManager(dataSource), database);
    }

    private static void createTables(Database database, DataSource dataSource) {
        String platform = database.name().toLowerCase(Locale.ROOT);
        ResourceDatabasePopulator populator = new ResourceDatabasePopulator();
        for (String script : SCRIPTS) {
            populator.addScript(new ClassPathResource("io/integrationkit/schema/" + script + "-" + platform + ".sql"));
        }
        populator.execute(dataSource);
    }
}
