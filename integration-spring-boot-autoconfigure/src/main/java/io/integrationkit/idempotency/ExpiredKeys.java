package io.integrationkit.idempotency;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.LockConflicts;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Deletes rows that need not be remembered, a batch at a time in a short transaction of its own. One instance does so
 * at a time, told by a lock of the server that nobody waits for; a batch waits for nobody either, since it passes over
 * rows that others have locked. A row is looked at again once it is locked, so a claim that took it over in between
 * keeps it.
 *
 * <p>A crash leaves the batch undone, and the server takes the lock back.
 */
final class ExpiredKeys {

    /** Any number that no other lock of ours has. */
    static final String POSTGRES_LOCK = "select pg_try_advisory_xact_lock(5286711908313422961)";

    /** Locks of these servers are of no database, so their name tells it; it may have 64 characters. */
    private static final String MYSQL_LOCK_NAME = "concat('integration_idempotency_', md5(database()))";

    static final String MYSQL_LOCK = "select get_lock(" + MYSQL_LOCK_NAME + ", 0)";

    static final String MYSQL_UNLOCK = "select release_lock(" + MYSQL_LOCK_NAME + ")";

    private static final String DELETE = "delete from " + KeyTable.NAME + KeyTable.KEY;

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final String delete;

    private final String lock;

    ExpiredKeys(JdbcAccess access) {
        this.access = access;
        this.jdbc = access.jdbc();
        // As a query of its own, the clock of PostgreSQL is read once; otherwise no index could be used.
        String clock = access.database().clock();
        String now = (access.database() == Database.POSTGRESQL) ? "(select " + clock + ")" : clock;
        String condition = "expires_at <= %1$s and (state <> 'IN_PROGRESS' or lease_until <= %1$s)".formatted(now);
        this.delete = access.database().deleteSome(KeyTable.NAME, condition);
        this.lock = "select operation, key_hash, scope from " + KeyTable.NAME + " where " + condition
                + " limit ? for update skip locked";
    }

    int delete(int limit) {
        return LockConflicts.<Integer>retried(
                this.access.database(),
                () -> this.access.<Integer>inNewTransaction(() -> switch (this.access.database()) {
                    case POSTGRESQL -> deleteOnPostgres(limit);
                    case MARIADB, MYSQL -> deleteOnMySql(limit);
                    case H2 -> deleteLocked(limit);
                }));
    }

    private int deleteOnPostgres(int limit) {
        boolean alone = Boolean.TRUE.equals(this.jdbc.queryForObject(POSTGRES_LOCK, Boolean.class));
        return alone ? this.jdbc.update(this.delete, limit) : 0;
    }

    private int deleteOnMySql(int limit) {
        Integer alone = this.jdbc.queryForObject(MYSQL_LOCK, Integer.class);
        if (alone == null || alone != 1) {
            return 0;
        }
        try {
            return deleteLocked(limit);
        } finally {
            this.jdbc.queryForObject(MYSQL_UNLOCK, Integer.class);
        }
    }

    /** These engines pass over locked rows only where they read. */
    private int deleteLocked(int limit) {
        List<Object[]> keys = this.jdbc.query(
                this.lock, (row, number) -> new Object[] {row.getString(1), row.getBytes(2), row.getString(3)}, limit);
        if (!keys.isEmpty()) {
            this.jdbc.batchUpdate(DELETE, keys);
        }
        return keys.size();
    }
}
