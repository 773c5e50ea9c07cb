package io.integrationkit.deadletter;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.LockConflicts;
import io.integrationkit.jdbc.OneOf;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Deletes closed entries with their history, a batch at a time in a short transaction of its own. A batch waits for
 * nobody: it passes over rows that others have locked, such as another instance that deletes too, and a row that was
 * opened again before it was locked is looked at again and stays.
 *
 * <p>A crash leaves the batch undone: history and entry go together or stay together.
 */
final class ClosedDeadLetters {

    private static final String LOCK = "select id, " + Tally.Place.COLUMNS
            + " from integration_dead_letter where status in ('RESOLVED', 'DISCARDED') and ";

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final JdbcTally tally;

    private final String lockExpired;

    ClosedDeadLetters(JdbcAccess access, JdbcTally tally) {
        this.access = access;
        this.tally = tally;
        this.jdbc = access.jdbc();
        String moment = access.database().clockPlusMillis();
        // As a query of its own, the clock of PostgreSQL is read once; otherwise no index could be used.
        this.lockExpired = LOCK + "closed_at <= "
                + (access.database() == Database.POSTGRESQL ? "(select " + moment + ")" : moment)
                + " order by closed_at limit ? for update skip locked";
    }

    int delete(List<String> ids) {
        OneOf wanted = OneOf.texts(this.access.database(), "id", ids);
        return inTransaction(LOCK + wanted.sql() + " for update skip locked", wanted.after());
    }

    int deleteExpired(Duration age, int limit) {
        return inTransaction(this.lockExpired, -age.toMillis(), limit);
    }

    private int inTransaction(String lock, Object... values) {
        return LockConflicts.<Integer>retried(
                this.access.database(), () -> this.access.<Integer>inNewTransaction(() -> delete(lock, values)));
    }

    private int delete(String lock, Object... values) {
        Tally fewer = new Tally();
        List<String> ids = this.jdbc.query(
                lock,
                (row, index) -> {
                    fewer.left(Tally.Place.of(row));
                    return row.getString("id");
                },
                values);
        if (!ids.isEmpty()) {
            deleteFrom("integration_dead_letter_history", "entry_id", ids);
            deleteFrom("integration_dead_letter", "id", ids);
            this.tally.write(fewer);
        }
        return ids.size();
    }

    private void deleteFrom(String table, String column, List<String> ids) {
        OneOf deleted = OneOf.texts(this.access.database(), column, ids);
        this.jdbc.update("delete from " + table + " where " + deleted.sql(), deleted.after());
    }
}
