package io.integrationkit.outbox;

import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** States of keys in the tables {@code integration_outbox_key_state} and {@code integration_outbox_parked}. */
final class JdbcKeyStates implements KeyStates {

    private final JdbcRefusals refusals;

    private final JdbcParkedKeys parked;

    private final JdbcBlockedKeys blocked;

    private final JdbcHeldKeys held;

    JdbcKeyStates(
            JdbcAccess access,
            OutboxSpec spec,
            RelayTransactions transactions,
            OutboxTable table,
            Supplier<DeadLetters> deadLetters) {
        JdbcOperations jdbc = access.jdbc();
        JdbcKeyRows rows = new JdbcKeyRows(jdbc, spec.shards());
        this.refusals = new JdbcRefusals(jdbc, access.database(), transactions, table, rows, deadLetters);
        this.parked = new JdbcParkedKeys(access, transactions, table, rows);
        this.blocked = new JdbcBlockedKeys(jdbc, transactions, table, rows, deadLetters);
        this.held = new JdbcHeldKeys(jdbc, access.database());
    }

    @Override
    public boolean park(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        return this.refusals.park(head, lease, failure, cause);
    }

    @Override
    public int parkBehind(List<StoredMessage> messages, ShardLease lease) {
        return this.refusals.parkBehind(messages, lease);
    }

    @Override
    public boolean block(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        return this.refusals.block(head, lease, failure, cause);
    }

    @Override
    public void endRelease(String destination, String key) {
        this.parked.endRelease(destination, key);
    }

    @Override
    public void endReleases() {
        this.parked.endReleases();
    }

    @Override
    public void replay(OutboxRecord record) {
        this.parked.replay(record);
    }

    @Override
    public void replayAll(List<OutboxRecord> records) {
        this.parked.replayAll(records);
    }

    @Override
    public void discarded(String destination, String key, String messageId) {
        this.parked.discarded(destination, key, messageId);
    }

    @Override
    public boolean release(String destination, String key) {
        return this.parked.release(destination, key);
    }

    @Override
    public boolean unblock(String destination, String key) {
        return this.blocked.unblock(destination, key);
    }

    @Override
    public boolean discardHead(String destination, String key) {
        return this.blocked.discardHead(destination, key);
    }

    @Override
    public List<HeldKey> list(HeldKey.@Nullable Place after, int limit) {
        return this.held.list(after, limit);
    }

    @Override
    public Map<String, HeldKeyCount> counts() {
        return this.held.counts();
    }
}
