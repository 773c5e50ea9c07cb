package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.outbox.LeaseTable.Claim;
import io.integrationkit.outbox.LeaseTable.Instance;
import io.integrationkit.outbox.SessionLock.Holder;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Watches the sessions of the other instances and ends the leases of one that was found without its session twice, a
 * grace time apart. Used by the lease thread only.
 */
final class LeasePeers {

    private static final Logger logger = LoggerFactory.getLogger(LeasePeers.class);

    private final LeaseTable table;

    private final @Nullable SessionLock lock;

    private final Duration grace;

    private final TimeSource time;

    private Map<String, Missed> missed = Map.of();

    LeasePeers(LeaseTable table, @Nullable SessionLock lock, Duration grace, TimeSource time) {
        this.table = table;
        this.lock = grace.isZero() ? null : lock;
        this.grace = grace;
        this.time = time;
    }

    /**
     * Looks at the others once.
     *
     * @param owner this instance
     * @return how many others there are; one that is found dead by this look is not counted
     */
    int look(JdbcOperations jdbc, String owner) {
        List<Instance> others = this.table.others(jdbc, owner);
        Map<String, Missed> missing = new HashMap<>();
        long asked = this.time.nanoTime();
        Map<Long, Holder> holders = holders(jdbc, others);
        long answered = this.time.nanoTime();
        int dead = 0;
        for (Instance other : others) {
            Long key = other.sessionKey();
            if (key != null && holders.get(key) == Holder.NOBODY) {
                Missed before = this.missed.get(other.owner());
                Missed since = (before != null && before.key() == key) ? before : new Missed(key, answered);
                if (asked - since.firstSeen() >= this.grace.toNanos()) {
                    end(jdbc, other.owner(), key);
                    dead++;
                } else {
                    missing.put(other.owner(), since);
                }
            }
        }
        this.missed = missing;
        return others.size() - dead;
    }

    private Map<Long, Holder> holders(JdbcOperations jdbc, Collection<Instance> others) {
        List<Long> keys = others.stream()
                .map(Instance::sessionKey)
                .filter(Objects::nonNull)
                .toList();
        return (this.lock == null || keys.isEmpty()) ? Map.of() : this.lock.holders(jdbc, keys);
    }

    /**
     * Only what was claimed under the lost session is ended: an instance that comes back notes its new session first and
     * then claims its shards anew, so either the key or the epoch differs.
     */
    private void end(JdbcOperations jdbc, String owner, long key) {
        List<Claim> claims = this.table.held(jdbc, owner, key);
        this.table.end(jdbc, owner, claims);
        this.table.forget(jdbc, owner, key);
        logger.info("Instance '{}' has lost its session; its {} outbox shards are free", owner, claims.size());
    }

    /** Forgets what was seen; what was seen over another connection long ago proves nothing. */
    void forget() {
        this.missed = Map.of();
    }

    /**
     * A session that was not found.
     *
     * @param firstSeen when it was first missed, monotonic, read after the answer
     */
    private record Missed(long key, long firstSeen) {}
}
