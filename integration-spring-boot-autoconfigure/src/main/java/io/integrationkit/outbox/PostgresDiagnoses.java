package io.integrationkit.outbox;

import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/** Asks PostgreSQL what makes reads of the outbox slow. What the user may not see is not found. */
record PostgresDiagnoses(JdbcOperations jdbc) {

    /** Rows that are deleted but still passed over by each read of a shard's beginning. */
    private static final long MANY_DEAD_ROWS = 50_000;

    private static final String OLDEST_TRANSACTION = """
            SELECT pid, coalesce(application_name, ''), state, extract(epoch FROM clock_timestamp() - xact_start)::bigint \
            FROM pg_stat_activity \
            WHERE backend_xmin IS NOT NULL AND datname = current_database() AND pid <> pg_backend_pid() \
              AND xact_start < clock_timestamp() - ? * interval '1 millisecond' \
            ORDER BY xact_start LIMIT 1""";

    private static final String DEAD_ROWS = """
            SELECT n_dead_tup, n_live_tup, coalesce(extract(epoch FROM clock_timestamp() - \
              greatest(last_autovacuum, last_vacuum))::bigint, -1) \
            FROM pg_stat_user_tables WHERE relid = 'integration_outbox'::regclass""";

    List<OutboxDiagnosis> find(Duration patience) {
        List<OutboxDiagnosis> found = new ArrayList<>();
        found.addAll(this.jdbc.query(
                OLDEST_TRANSACTION,
                (row, index) -> new OutboxDiagnosis(
                        ProblemCode.OUTBOX_OLD_TRANSACTION.id(),
                        "Backend %d of '%s' has had a transaction open for %s (%s); rows the outbox has deleted since cannot be cleaned up"
                                .formatted(
                                        row.getInt(1),
                                        row.getString(2),
                                        Duration.ofSeconds(row.getLong(4)),
                                        row.getString(3)),
                        "End that transaction, with SELECT pg_terminate_backend(%d) if its application does not, and set idle_in_transaction_session_timeout."
                                .formatted(row.getInt(1))),
                patience.toMillis()));
        this.jdbc.query(DEAD_ROWS, (row) -> {
            if (row.getLong(1) >= MANY_DEAD_ROWS && row.getLong(1) > row.getLong(2)) {
                found.add(
                        new OutboxDiagnosis(
                                ProblemCode.OUTBOX_DEAD_ROWS.id(),
                                "integration_outbox has %d dead rows beside %d live ones and was %s"
                                        .formatted(row.getLong(1), row.getLong(2), cleaned(row.getLong(3))),
                                "Run VACUUM (ANALYZE) integration_outbox; if it removes nothing, an old transaction or a replication slot holds them. Check that autovacuum is on."));
            }
        });
        return found;
    }

    private static String cleaned(long secondsAgo) {
        return (secondsAgo < 0) ? "never vacuumed" : "vacuumed %s ago".formatted(Duration.ofSeconds(secondsAgo));
    }
}
