package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * A lock that a session of the database holds until it ends, and that others can see without taking it. It ends with
 * the session, whatever ended that: a process that is killed gives it up as soon as the database hears of it.
 */
interface SessionLock {

    /** Who holds a lock, seen from a session. */
    enum Holder {
        /** The session that asks. */
        HERE,
        /** Another session. */
        ELSEWHERE,
        /** Nobody. */
        NOBODY
    }

    /**
     * Takes the lock of that key for as long as the session lasts; does not wait. Whether it worked is told by
     * {@link #holders}.
     */
    void take(JdbcOperations session, long key);

    /** Gives the lock up; without effect if this session does not hold it. */
    void giveUp(JdbcOperations session, long key);

    /** Tells who holds the locks of these keys now; each key is in the result. */
    Map<Long, Holder> holders(JdbcOperations session, Collection<Long> keys);

    /** Returns the lock of that product, or {@code null} if it has none. */
    static @Nullable SessionLock of(Database database) {
        return switch (database) {
            case POSTGRESQL -> new PostgresSessionLock();
            case MARIADB, MYSQL -> new MySqlSessionLock();
            case H2 -> null;
        };
    }
}
