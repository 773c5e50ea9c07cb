package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.idempotency.DyingProcess.Calls;
import io.integrationkit.idempotency.DyingProcess.Kind;
import io.integrationkit.idempotency.DyingProcess.Point;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.MariaDbDatabase;
import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.StandingStill;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.ConfigurableApplicationContext;

/** What is left of a call whose process is killed with {@code kill -9}, and what the next call with its key does. */
@Tag("process")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KilledProcessTests {

    static Stream<Arguments> points() {
        return Stream.of(
                Arguments.of(Point.BEFORE_CLAIM, 1, "paid", 1, 1),
                Arguments.of(Point.AFTER_CLAIM, 1, "INT-407", 0, 1),
                Arguments.of(Point.AFTER_EFFECT, 2, "INT-407", 1, 1),
                Arguments.of(Point.BEFORE_COMPLETION, 2, "INT-407", 1, 1),
                Arguments.of(Point.AFTER_COMPLETION, 1, "paid", 1, 1),
                Arguments.of(Point.AFTER_RETURN, 1, "paid", 1, 1));
    }

    @ParameterizedTest
    @MethodSource("points")
    void onPostgres(Point point, int repeated, String answer, int refused, int others) throws Exception {
        kill(PostgresDatabase.url(), "postgres", point, repeated, answer, refused, others);
    }

    @ParameterizedTest
    @MethodSource("points")
    void onMariaDb(Point point, int repeated, String answer, int refused, int others) throws Exception {
        kill(MariaDbDatabase.url(), MariaDbDatabase.USER, point, repeated, answer, refused, others);
    }

    private static void kill(String url, String user, Point point, int repeated, String answer, int refused, int others)
            throws Exception {
        try (Connection connection = DriverManager.getConnection(url, user, "");
                Statement statement = connection.createStatement()) {
            statement.execute("create table effect (kind varchar(20), id varchar(20))");
        }
        StandingStill.kill(DyingProcess.class, url, user, point.name(), "key");
        Map<Kind, String> answers = new EnumMap<>(Kind.class);
        Calls calls = new Calls(Point.NOWHERE);
        try (ConfigurableApplicationContext next = DyingProcess.start(calls, url, user)) {
            for (Kind kind : Kind.values()) {
                answers.put(kind, calls.of(next, kind, "key"));
                assertThat(calls.of(next, kind, "key")).isEqualTo(answers.get(kind));
            }
            assertThat(answers)
                    .containsEntry(Kind.REPEATED, "paid")
                    .containsEntry(Kind.REFUSED, answer)
                    .containsEntry(Kind.RECONCILED, "paid")
                    .containsEntry(Kind.TRANSACTIONAL, "paid");
            JdbcAccess access = next.getBean(JdbcAccess.class);
            assertThat(DyingProcess.effects(access, Kind.REPEATED, "key")).isEqualTo(repeated);
            assertThat(DyingProcess.effects(access, Kind.REFUSED, "key")).isEqualTo(refused);
            assertThat(DyingProcess.effects(access, Kind.RECONCILED, "key")).isEqualTo(others);
            assertThat(DyingProcess.effects(access, Kind.TRANSACTIONAL, "key")).isEqualTo(others);
        }
    }
}
