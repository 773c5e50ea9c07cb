package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.outbox.SessionLock.Holder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/** The session of this instance and the last proof that it lasts. Used by the lease thread only. */
final class LeaseSession {

    private static final Logger logger = LoggerFactory.getLogger(LeaseSession.class);

    private final @Nullable SessionLock lock;

    private final Duration grace;

    private final LeaseConnection connection;

    private final TimeSource time;

    private final RandomGenerator random;

    private boolean unusable;

    private @Nullable Long key;

    private long proved;

    LeaseSession(
            @Nullable SessionLock lock,
            Duration grace,
            LeaseConnection connection,
            TimeSource time,
            RandomGenerator random) {
        this.lock = grace.isZero() ? null : lock;
        this.grace = grace;
        this.connection = connection;
        this.time = time;
        this.random = random;
    }

    /** The key of the lock others watch, or {@code null} if there is none for them to watch. */
    @Nullable
    Long key() {
        return this.key;
    }

    /**
     * Begins a session if there is none, and asks for a proof that it lasts.
     *
     * @return whether no session was lost
     */
    boolean prove(JdbcOperations jdbc) {
        if (this.lock == null || this.unusable) {
            return true;
        }
        Long before = this.key;
        long current = (before != null) ? before : this.random.nextLong();
        if (before == null) {
            this.lock.take(jdbc, current);
        }
        if (here(this.lock, jdbc, current)) {
            this.key = current;
            return true;
        }
        this.unusable = true;
        this.key = null;
        logger.warn(
                "The session lock of this instance is not held by the connection that took it, as behind a proxy that"
                        + " shares connections. If this instance dies, others send its outbox shards after"
                        + " integration.outbox.lease, not after integration.outbox.session-grace; set that to 0 if it is meant so");
        return before == null;
    }

    /** Tells after a failure whether the session lasts all the same. */
    boolean lasts() {
        Long current = this.key;
        if (this.lock == null || current == null) {
            return false;
        }
        try {
            return here(this.lock, this.connection.open(), current);
        } catch (DataAccessException ex) {
            logger.debug("The session cannot be asked", ex);
            return false;
        }
    }

    private boolean here(SessionLock usedLock, JdbcOperations jdbc, long current) {
        long asked = this.time.nanoTime();
        Map<Long, Holder> holders =
                this.connection.within(this.grace.dividedBy(4), () -> usedLock.holders(jdbc, List.of(current)));
        if (holders.get(current) != Holder.HERE) {
            return false;
        }
        this.proved = asked;
        return true;
    }

    /** The earlier of a time and of the last at which a send may begin by the last proof. */
    long limit(long sendUntil) {
        if (this.key == null) {
            return sendUntil;
        }
        long byProof = this.proved + this.grace.dividedBy(2).toNanos();
        return (byProof - sendUntil < 0) ? byProof : sendUntil;
    }

    /** Forgets a session that is lost. */
    void lost() {
        this.key = null;
    }

    /** Ends the session. Where the connection goes back to a pool, its lock must not stay with it. */
    void end(JdbcOperations jdbc) {
        Long current = this.key;
        this.key = null;
        this.unusable = false;
        if (this.lock != null && current != null) {
            this.lock.giveUp(jdbc, current);
        }
    }
}
