package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.failure.ProblemCode;
import io.integrationkit.testsupport.PostgresDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PostgresOutboxOperationsTests extends OutboxOperationsContract {

    PostgresOutboxOperationsTests() {
        super(PostgresDatabase.access());
    }

    @Test
    void aTransactionThatStaysOpenIsFoundWithItsBackendAndWithoutItsStatement() throws Exception {
        assertThat(database(Duration.ofHours(1))).isEmpty();
        try (Connection connection = access().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            statement.execute("SELECT 'secret' FROM integration_outbox_lease");
            List<OutboxDiagnosis> found = database(Duration.ZERO);
            assertThat(found).singleElement().satisfies((diagnosis) -> {
                assertThat(diagnosis.code()).isEqualTo(ProblemCode.OUTBOX_OLD_TRANSACTION.id());
                assertThat(diagnosis.problem()).contains("idle in transaction").doesNotContain("secret");
                assertThat(diagnosis.remedy()).contains("pg_terminate_backend(");
            });
            connection.rollback();
        }
        assertThat(database(Duration.ZERO)).isEmpty();
    }

    @Test
    void aTableFullOfDeadRowsIsFound() {
        access().jdbc().execute("ALTER TABLE integration_outbox SET (autovacuum_enabled = false)");
        access().jdbc().execute("""
                INSERT INTO integration_outbox (shard, message_id, destination, event_version, headers, payload) \
                SELECT 0, 'm' || i, 'orders', 1, '{}', 'x' FROM generate_series(1, 50000) i""");
        access().jdbc().execute("DELETE FROM integration_outbox");
        // A backend reports what it did a little later.
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(database(Duration.ofHours(1)))
                        .singleElement()
                        .satisfies((diagnosis) -> {
                            assertThat(diagnosis.code()).isEqualTo(ProblemCode.OUTBOX_DEAD_ROWS.id());
                            assertThat(diagnosis.problem())
                                    .contains("50000 dead rows beside 0 live ones", "never vacuumed");
                        }));
    }

    private List<OutboxDiagnosis> database(Duration patience) {
        return new JdbcOutboxInspection(access(), Outboxes.spec()).database(patience);
    }
}
