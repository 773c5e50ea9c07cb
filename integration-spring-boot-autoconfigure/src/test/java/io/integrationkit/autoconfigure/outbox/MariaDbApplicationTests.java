package io.integrationkit.autoconfigure.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.StateStore;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import io.integrationkit.outbox.OutboxStatistics;
import io.integrationkit.testsupport.MariaDbDatabase;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** An application whose data source is a MariaDB. */
class MariaDbApplicationTests {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    EventAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class,
                    IdempotencyAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    OutboxAutoConfiguration.class))
            .withPropertyValues("spring.datasource.username=" + MariaDbDatabase.USER)
            .withUserConfiguration(OutboxAutoConfigurationTests.OwnDestination.class);

    @Test
    void theTablesAreMadeAndAMessageArrivesAlsoAfterARestart() {
        String url = MariaDbDatabase.url();
        for (int start = 0; start < 2; start++) {
            this.application
                    .withPropertyValues("spring.datasource.url=" + url, "integration.jdbc.initialize-schema=always")
                    .run((context) -> {
                        assertThat(context).hasNotFailed();
                        assertThat(context.getBean("integrationOutboxStateStore", StateStore.class))
                                .isEqualTo(new StateStore("outbox", "mariadb", true, "messages not sent yet"));
                        TransactionTemplate transaction =
                                new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
                        String id = transaction.execute(
                                (status) -> context.getBean(Outbox.class).publish(OutboxMessage.of("x", "own", "x")));
                        Awaitility.await()
                                .until(() -> context.getBean(OutboxAutoConfigurationTests.OwnDestination.class)
                                        .received
                                        .contains(id));
                        Awaitility.await()
                                .until(() -> context.getBean(OutboxStatistics.class)
                                                .backlog()
                                                .messages()
                                        == 0);
                    });
        }
    }

    @Test
    void withoutTablesTheApplicationDoesNotStart() {
        this.application
                .withPropertyValues("spring.datasource.url=" + MariaDbDatabase.url())
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("integration_outbox"));
    }

    /** MariaDB 11.4 knows the collation that MySQL has for exact comparison. */
    @Test
    void theScriptsForMySqlMakeTheSameTables() {
        List<String> tables = tables("mysql");
        assertThat(tables).hasSizeGreaterThan(60).isEqualTo(tables("mariadb"));
    }

    private List<String> tables(String platform) {
        String url = MariaDbDatabase.url();
        java.util.concurrent.atomic.AtomicReference<List<String>> tables =
                new java.util.concurrent.atomic.AtomicReference<>();
        this.application
                .withPropertyValues(
                        "spring.datasource.url=" + url,
                        "integration.jdbc.initialize-schema=always",
                        "integration.jdbc.schema=" + scripts(platform))
                .run((context) -> {
                    assertThat(context).hasNotFailed();
                    tables.set(new JdbcTemplate(context.getBean(DataSource.class)).queryForList("""
                                    SELECT concat_ws(' ', table_name, column_name, column_type, is_nullable, column_key, extra, column_default) \
                                    FROM information_schema.columns WHERE table_schema = database() \
                                    ORDER BY table_name, ordinal_position""", String.class));
                });
        return tables.get();
    }

    private static String scripts(String platform) {
        return String.join(
                ",",
                List.of("outbox", "inbox", "idempotency", "deadletter", "replay").stream()
                        .map((script) -> "classpath:io/integrationkit/schema/" + script + "-" + platform + ".sql")
                        .toList());
    }
}
