package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.LockConflicts;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The statements on {@code integration_outbox_lease} and {@code integration_outbox_instance}. Each is a transaction of
 * its own, and all times are those of the database's clock. A subclass for what a product says in its own way.
 */
abstract class LeaseTable {

    static final String LEASE = "integration_outbox_lease";

    private static final String INSTANCE = "integration_outbox_instance";

    private final Database database;

    private final long leaseMillis;

    LeaseTable(Database database, Duration lease) {
        this.database = database;
        this.leaseMillis = lease.toMillis();
    }

    static LeaseTable of(Database database, Duration lease) {
        return switch (database) {
            case POSTGRESQL, H2 -> new ReturningLeaseTable(database, lease);
            case MARIADB, MYSQL -> new MySqlLeaseTable(database, lease);
        };
    }

    final Database database() {
        return this.database;
    }

    final long leaseMillis() {
        return this.leaseMillis;
    }

    /** Updates rows of leases, waiting for no row but those it changes. */
    int update(JdbcOperations jdbc, String sql, Object... arguments) {
        return jdbc.update(sql, arguments);
    }

    /** Prolongs what that owner holds; what has ended stays ended. */
    abstract List<Claim> renew(JdbcOperations jdbc, String owner);

    /** Claims what that owner holds once more, so that nothing known of its leases until now is right any longer. */
    abstract List<Claim> claimAnew(JdbcOperations jdbc, String owner);

    /** Claims some of those that have ended. */
    abstract List<Claim> claim(JdbcOperations jdbc, String owner, int most);

    static List<Claim> claims(JdbcOperations jdbc, String sql, Object... arguments) {
        return jdbc.query(sql, (row, index) -> new Claim(row.getInt("shard"), row.getLong("epoch")), arguments);
    }

    /** Returns what that owner holds now, if the session of that key is still the one it says it has. */
    List<Claim> held(JdbcOperations jdbc, String owner, long sessionKey) {
        return claims(
                jdbc,
                ("SELECT l.shard, l.epoch FROM %s l JOIN %s i ON i.owner = l.owner"
                                + " WHERE l.owner = ? AND i.session_key = ? AND l.expires_at > %s")
                        .formatted(LEASE, INSTANCE, this.database.clock()),
                owner,
                sessionKey);
    }

    /** Ends those leases, unless they were claimed again since. */
    void end(JdbcOperations jdbc, String owner, Collection<Claim> claims) {
        LockConflicts.retried(
                this.database,
                () -> jdbc.batchUpdate(
                        "UPDATE %1$s SET expires_at = %2$s WHERE owner = ? AND shard = ? AND epoch = ? AND expires_at > %2$s"
                                .formatted(LEASE, this.database.clock()),
                        claims.stream()
                                .map((claim) -> new Object[] {owner, claim.shard(), claim.epoch()})
                                .toList()));
    }

    /** Ends all leases of that owner and forgets that it runs. */
    void endAll(JdbcOperations jdbc, String owner) {
        update(jdbc, "UPDATE %s SET expires_at = %s WHERE owner = ?".formatted(LEASE, this.database.clock()), owner);
        jdbc.update("DELETE FROM %s WHERE owner = ?".formatted(INSTANCE), owner);
    }

    /** Notes that an instance runs, and with which session. */
    void seen(JdbcOperations jdbc, String owner, @Nullable Long sessionKey) {
        int updated = jdbc.update(
                "UPDATE %s SET session_key = ?, seen_at = %s WHERE owner = ?"
                        .formatted(INSTANCE, this.database.clock()),
                sessionKey,
                owner);
        if (updated == 0) {
            jdbc.update(
                    "INSERT INTO %s (session_key, owner, seen_at) VALUES (?, ?, %s)"
                            .formatted(INSTANCE, this.database.clock()),
                    sessionKey,
                    owner);
        }
    }

    /** Returns the other instances that were seen within a lease. */
    List<Instance> others(JdbcOperations jdbc, String owner) {
        return jdbc.query(
                "SELECT owner, session_key FROM %s WHERE owner <> ? AND seen_at > %s"
                        .formatted(INSTANCE, this.database.clockPlusMillis()),
                (row, index) -> {
                    long key = row.getLong("session_key");
                    return new Instance(row.getString("owner"), row.wasNull() ? null : key);
                },
                owner,
                -this.leaseMillis);
    }

    /** Forgets an instance whose session has ended, unless it has another one by now. */
    void forget(JdbcOperations jdbc, String owner, long sessionKey) {
        jdbc.update("DELETE FROM %s WHERE owner = ? AND session_key = ?".formatted(INSTANCE), owner, sessionKey);
    }

    /** Forgets the instances that were not seen for that many leases. */
    void forgetOlderThan(JdbcOperations jdbc, int leases) {
        jdbc.update(
                "DELETE FROM %s WHERE seen_at < %s".formatted(INSTANCE, this.database.clockPlusMillis()),
                -this.leaseMillis * leases);
    }

    /** A shard and the epoch of its lease. */
    record Claim(int shard, long epoch) {}

    /**
     * Another instance.
     *
     * @param sessionKey key of the lock of its session, or {@code null} if it has none
     */
    record Instance(String owner, @Nullable Long sessionKey) {}
}
