package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/** The lease table where an update returns the rows it changed. */
final class ReturningLeaseTable extends LeaseTable {

    private final String renew;

    private final String claimAnew;

    private final String claim;

    ReturningLeaseTable(Database database, Duration lease) {
        super(database, lease);
        this.renew = returning(database, "UPDATE %s SET expires_at = %s WHERE owner = ? AND expires_at > %s");
        this.claimAnew = returning(
                database, "UPDATE %s SET expires_at = %s, epoch = epoch + 1 WHERE owner = ? AND expires_at > %s");
        this.claim = returning(
                database,
                "UPDATE %s SET expires_at = %s, owner = ?, epoch = epoch + 1 WHERE expires_at <= %s AND "
                        + someThatEnded(database));
    }

    private static String returning(Database database, String update) {
        String filled = update.formatted(LEASE, database.clockPlusMillis(), database.clock());
        return (database == Database.POSTGRESQL)
                ? filled + " RETURNING shard, epoch"
                : "SELECT shard, epoch FROM FINAL TABLE (" + filled + ")";
    }

    private static String someThatEnded(Database database) {
        String ended = "SELECT shard FROM %s WHERE expires_at <= %s ORDER BY shard FETCH FIRST ? ROWS ONLY"
                .formatted(LEASE, database.clock());
        // An IN may be planned as a join that runs the inner query again and again, and so ignores its limit.
        return (database == Database.POSTGRESQL)
                ? "shard = ANY (ARRAY (" + ended + " FOR UPDATE SKIP LOCKED))"
                : "shard IN (" + ended + ")";
    }

    @Override
    List<Claim> renew(JdbcOperations jdbc, String owner) {
        return claims(jdbc, this.renew, leaseMillis(), owner);
    }

    @Override
    List<Claim> claimAnew(JdbcOperations jdbc, String owner) {
        return claims(jdbc, this.claimAnew, leaseMillis(), owner);
    }

    @Override
    List<Claim> claim(JdbcOperations jdbc, String owner, int most) {
        return claims(jdbc, this.claim, leaseMillis(), owner, most);
    }
}
