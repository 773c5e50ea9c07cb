package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.LockConflicts;
import io.integrationkit.jdbc.MySqlTransaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The lease table on MariaDB and MySQL, where an update returns nothing: a query after it reads what it did. Each
 * statement is a transaction of its own, so that this process locks no row between two of them: one that stood still
 * there would keep its shards from all others for as long as it stands.
 *
 * <p>What another does between the update and the query is seen by the query, and is as if it came a moment later. Only
 * this owner writes its own name, on one thread. So a row that has it and has not ended was prolonged by the update; for
 * claims the epoch tells it, which is one higher than that of the row that had ended.
 *
 * <p>READ COMMITTED, since otherwise an update would lock every row it passes, and wait for those of others.
 */
final class MySqlLeaseTable extends LeaseTable {

    private final String clock;

    private final String end;

    MySqlLeaseTable(Database database, Duration lease) {
        super(database, lease);
        this.clock = database.clock();
        this.end = database.clockPlusMillis();
    }

    @Override
    List<Claim> renew(JdbcOperations jdbc, String owner) {
        return prolong(jdbc, owner, "");
    }

    @Override
    List<Claim> claimAnew(JdbcOperations jdbc, String owner) {
        return prolong(jdbc, owner, ", epoch = epoch + 1");
    }

    private List<Claim> prolong(JdbcOperations jdbc, String owner, String change) {
        update(
                jdbc,
                "UPDATE %s SET expires_at = %s%s WHERE owner = ? AND expires_at > %s"
                        .formatted(LEASE, this.end, change, this.clock),
                leaseMillis(),
                owner);
        return claims(
                jdbc,
                "SELECT shard, epoch FROM %s WHERE owner = ? AND expires_at > %s".formatted(LEASE, this.clock),
                owner);
    }

    /**
     * Passes over rows that are locked. Of two who find the same row free, one updates it, and the other finds that it has
     * not ended.
     */
    @Override
    List<Claim> claim(JdbcOperations jdbc, String owner, int most) {
        Map<Integer, Long> free = new HashMap<>();
        MySqlTransaction.runOne(
                        jdbc,
                        (one) -> claims(
                                one,
                                "SELECT shard, epoch FROM %s WHERE expires_at <= %s ORDER BY shard LIMIT ? FOR UPDATE SKIP LOCKED"
                                        .formatted(LEASE, this.clock),
                                most))
                .forEach((ended) -> free.put(ended.shard(), ended.epoch()));
        if (free.isEmpty()) {
            return Collections.emptyList();
        }
        String shards = "shard IN (" + String.join(", ", Collections.nCopies(free.size(), "?")) + ")";
        List<Object> arguments = new ArrayList<>(List.of(leaseMillis(), owner));
        arguments.addAll(free.keySet());
        update(
                jdbc,
                "UPDATE %s SET expires_at = %s, owner = ?, epoch = epoch + 1 WHERE %s AND expires_at <= %s"
                        .formatted(LEASE, this.end, shards, this.clock),
                arguments.toArray());
        arguments.set(0, owner);
        arguments.remove(1);
        return claims(
                        jdbc,
                        "SELECT shard, epoch FROM %s WHERE owner = ? AND %s AND expires_at > %s"
                                .formatted(LEASE, shards, this.clock),
                        arguments.toArray())
                .stream()
                .filter((claim) -> Objects.equals(free.get(claim.shard()), claim.epoch() - 1))
                .toList();
    }

    @Override
    int update(JdbcOperations jdbc, String sql, Object... arguments) {
        return LockConflicts.retried(
                database(), () -> MySqlTransaction.runOne(jdbc, (one) -> one.update(sql, arguments)));
    }
}
