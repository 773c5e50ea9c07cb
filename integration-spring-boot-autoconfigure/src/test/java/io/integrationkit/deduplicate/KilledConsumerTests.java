package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.deduplicate.DyingConsumer.Point;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.MariaDbDatabase;
import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.StandingStill;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ConfigurableApplicationContext;

/** What is left of a message and of a batch whose process is killed with {@code kill -9}. */
@Tag("process")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KilledConsumerTests {

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_COMMIT", "AFTER_COMMIT"})
    void effectAndRowAreBothThereOrNeitherOnPostgres(Point point) throws Exception {
        kill(point, PostgresDatabase.url(), "postgres");
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_COMMIT", "AFTER_COMMIT"})
    void effectAndRowAreBothThereOrNeitherOnMariaDb(Point point) throws Exception {
        kill(point, MariaDbDatabase.url(), MariaDbDatabase.USER);
    }

    private static void kill(Point point, String url, String user) throws Exception {
        try (Connection connection = DriverManager.getConnection(url, user, "");
                Statement statement = connection.createStatement()) {
            statement.execute("create table effect (id varchar(20))");
        }
        StandingStill.kill(DyingConsumer.class, url, user, point.name());
        List<String> before = (point == Point.AFTER_COMMIT) ? List.of("a", "b", "c", "d") : List.of();
        try (ConfigurableApplicationContext next =
                DyingConsumer.start(DyingConsumer.standing(Point.NOWHERE), url, user)) {
            JdbcAccess access = next.getBean(JdbcAccess.class);
            // The server may still be taking back what the process has left.
            DyingConsumer.one(next, "x");
            assertThat(column(access, "select id from effect where id <> 'x' order by id"))
                    .isEqualTo(before);
            assertThat(column(
                            access,
                            "select message_id from integration_inbox where message_id <> 'x' order by message_id"))
                    .isEqualTo(before);
            DyingConsumer.one(next, "a");
            DyingConsumer.batch(next, List.of("d", "c", "b"));
            assertThat(column(access, "select id from effect where id <> 'x' order by id"))
                    .containsExactly("a", "b", "c", "d");
        }
    }

    private static List<String> column(JdbcAccess access, String query) {
        return access.jdbc().queryForList(query, String.class);
    }
}
