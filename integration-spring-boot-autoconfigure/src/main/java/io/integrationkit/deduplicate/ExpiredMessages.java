package io.integrationkit.deduplicate;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.LockConflicts;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Deletes messages that need not be remembered, a batch at a time in a short transaction of its own. One instance does so
 * at a time, told by a lock of the server that nobody waits for; a batch waits for nobody either, since it passes over
 * rows that others have locked.
 *
 * <p>A crash leaves the batch undone, and the server takes the lock back.
 */
final class ExpiredMessages {

    /** Any number that no other lock of ours has. */
    static final String POSTGRES_LOCK = "select pg_try_advisory_xact_lock(5286711908313422962)";

    /** Locks of these servers are of no database, so their name tells it; it may have 64 characters. */
    private static final String MYSQL_LOCK_NAME = "concat('integration_inbox_', md5(database()))";

    private static final String MYSQL_LOCK = "select get_lock(" + MYSQL_LOCK_NAME + ", 0)";

    private static final String MYSQL_UNLOCK = "select release_lock(" + MYSQL_LOCK_NAME + ")";

    private static final String DELETE =
            "delete from " + JdbcInbox.TABLE + " where consumer = ? and source = ? and message_id = ?";

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final long age;

    private final String delete;

    private final String lock;

    ExpiredMessages(JdbcAccess access, Duration retention) {
        this.access = access;
        this.jdbc = access.jdbc();
        this.age = -retention.toMillis();
        String moment = access.database().clockPlusMillis();
        // As a query of its own, the clock of PostgreSQL is read once; otherwise no index could be used.
        String condition =
                "received_at <= " + (access.database() == Database.POSTGRESQL ? "(select " + moment + ")" : moment);
        this.delete = access.database().deleteSome(JdbcInbox.TABLE, condition);
        this.lock = "select consumer, source, message_id from " + JdbcInbox.TABLE + " where " + condition
                + " limit ? for update skip locked";
    }

    int delete(int limit) {
        return LockConflicts.<Integer>retried(
                this.access.database(),
                () -> this.access.<Integer>inNewTransaction(() -> switch (this.access.database()) {
                    case POSTGRESQL -> deleteOnPostgres(limit);
                    case MARIADB, MYSQL -> deleteOnMySql(limit);
                    case H2 -> this.jdbc.update(this.delete, this.age, limit);
                }));
    }

    private int deleteOnPostgres(int limit) {
        boolean alone = Boolean.TRUE.equals(this.jdbc.queryForObject(POSTGRES_LOCK, Boolean.class));
        return alone ? this.jdbc.update(this.delete, this.age, limit) : 0;
    }

    private int deleteOnMySql(int limit) {
        Integer alone = this.jdbc.queryForObject(MYSQL_LOCK, Integer.class);
        if (alone == null || alone != 1) {
            return 0;
        }
        try {
            List<Object[]> keys = this.jdbc.query(
                    this.lock,
                    (row, number) -> new Object[] {row.getString(1), row.getString(2), row.getString(3)},
                    this.age,
                    limit);
            if (!keys.isEmpty()) {
                this.jdbc.batchUpdate(DELETE, keys);
            }
            return keys.size();
        } finally {
            this.jdbc.queryForObject(MYSQL_UNLOCK, Integer.class);
        }
    }
}
