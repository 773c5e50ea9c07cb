package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowMapper;

/**
 * Leases in the table {@code integration_outbox_lease}, measured by the database's clock only; the monotonic clock of
 * this machine says until when a send may begin, counted from before the renewal was asked for.
 */
final class JdbcShardLeases implements ShardLeases {

    private static final Logger logger = LoggerFactory.getLogger(JdbcShardLeases.class);

    private static final String META_SHARDS = "shards";

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(50);

    private final JdbcAccess access;

    private final OutboxSpec spec;

    private final TimeSource time;

    private final String owner;

    private final LeaseConnection connection;

    private final LeaseTable table;

    private volatile Map<Integer, ShardLease> held = Collections.emptyMap();

    JdbcShardLeases(JdbcAccess access, OutboxSpec spec, TimeSource time, String owner) {
        this.access = access;
        this.spec = spec;
        this.time = time;
        this.owner = owner;
        this.connection = new LeaseConnection(access.dataSource(), spec.lease());
        this.table = LeaseTable.of(access.database());
    }

    @Override
    public void prepare() {
        try {
            insertMissing(
                    "INSERT INTO integration_outbox_meta (name, setting) SELECT ?, ? WHERE NOT EXISTS"
                            + " (SELECT 1 FROM integration_outbox_meta WHERE name = ?)",
                    META_SHARDS,
                    Integer.toString(this.spec.shards()),
                    META_SHARDS);
            requireSameShards();
            for (int shard = 0; shard < this.spec.shards(); shard++) {
                insertMissing(
                        "INSERT INTO integration_outbox_lease (shard, epoch, expires_at) SELECT ?, 0, %s WHERE NOT EXISTS"
                                        .formatted(this.access.database().clock())
                                + " (SELECT 1 FROM integration_outbox_lease WHERE shard = ?)",
                        shard,
                        shard);
            }
        } catch (DataAccessException ex) {
            throw new OutboxConfigurationException(
                    ProblemCode.INVALID_SETTING,
                    "The outbox tables cannot be read or written",
                    "Set integration.jdbc.initialize-schema=always, or run the scripts in"
                            + " classpath:io/integrationkit/schema yourself.",
                    ex);
        }
    }

    /** Two instances that start together may both find nothing there. */
    private void insertMissing(String sql, Object... arguments) {
        try {
            this.access.inNewTransaction(() -> this.access.jdbc().update(sql, arguments));
        } catch (DuplicateKeyException ex) {
            logger.trace("Another instance was first", ex);
        }
    }

    private void requireSameShards() {
        String stored = this.access
                .jdbc()
                .queryForObject(
                        "SELECT setting FROM integration_outbox_meta WHERE name = ?", String.class, META_SHARDS);
        if (!Integer.toString(this.spec.shards()).equals(stored)) {
            throw new OutboxConfigurationException(
                    ProblemCode.OUTBOX_SHARD_MISMATCH,
                    "The outbox table was made with %s shards, integration.outbox.shards is %d"
                            .formatted(stored, this.spec.shards()),
                    ("Set integration.outbox.shards=%s; another number would send messages of one key from two shards at"
                                    + " once.")
                            .formatted(stored),
                    null);
        }
    }

    @Override
    public Duration interval() {
        Duration third = this.spec.sendWindow().dividedBy(3);
        return (third.compareTo(SHORTEST_INTERVAL) > 0) ? third : SHORTEST_INTERVAL;
    }

    @Override
    public void renew() {
        long asked = this.time.nanoTime();
        Map<Integer, ShardLease> leases = new TreeMap<>();
        try {
            JdbcOperations jdbc = this.connection.open();
            long millis = this.spec.lease().toMillis();
            add(leases, this.table.renew(jdbc, this.owner, millis, lease(asked)));
            if (leases.size() < this.spec.shards()) {
                add(leases, this.table.claim(jdbc, this.owner, millis, lease(asked)));
            }
        } catch (DataAccessException ex) {
            this.connection.close();
            throw ex;
        }
        this.held = Collections.unmodifiableMap(leases);
    }

    private RowMapper<ShardLease> lease(long asked) {
        long sendUntil = asked + this.spec.sendWindow().toNanos();
        return (row, index) -> new ShardLease(row.getInt("shard"), this.owner, row.getLong("epoch"), sendUntil);
    }

    private static void add(Map<Integer, ShardLease> leases, List<ShardLease> more) {
        more.forEach((lease) -> leases.put(lease.shard(), lease));
    }

    @Override
    public Map<Integer, ShardLease> held() {
        return this.held;
    }

    @Override
    public void release() {
        this.held = Collections.emptyMap();
        try {
            this.table.release(this.connection.open(), this.owner);
        } finally {
            this.connection.close();
        }
    }
}
