package io.integrationkit.outbox;

import io.integrationkit.context.Sha256;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.jdbc.JdbcAccess;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Messages in the table {@code integration_outbox}. */
final class JdbcOutboxStore implements OutboxStore {

    /** Rows of one INSERT; far below the 65,535 parameters PostgreSQL takes. */
    private static final int ROWS_PER_INSERT = 500;

    private final JdbcAccess access;

    private final RelayTransactions transactions;

    private final OutboxTable table;

    private final Supplier<DeadLetters> deadLetters;

    private final boolean locking;

    private final KeyStates keys;

    JdbcOutboxStore(JdbcAccess access, OutboxSpec spec, HeaderCodec headers, Supplier<DeadLetters> deadLetters) {
        this.access = access;
        this.transactions = new RelayTransactions(access, spec);
        this.table = OutboxTable.of(access.database(), spec.shards(), headers, this.transactions.limit());
        this.deadLetters = deadLetters;
        this.locking = spec.publishing().ordering() == PublishSpec.Ordering.LOCKED;
        this.keys = new JdbcKeyStates(access, spec, this.transactions, this.table, deadLetters);
    }

    @Override
    public void append(List<OutboxRecord> records) {
        if (this.locking) {
            lockKeys(records);
        }
        for (int from = 0; from < records.size(); from += ROWS_PER_INSERT) {
            this.table.insert(
                    this.access.jdbc(), records.subList(from, Math.min(records.size(), from + ROWS_PER_INSERT)));
        }
    }

    /**
     * The ids that follow are drawn while the locks are held, and those end only when the commit has: of two
     * transactions with a key in common, the one that commits first has the lower ids. Taken in one order by everybody,
     * and by transactions that do nothing after it but to insert and commit, the locks cannot end in a deadlock.
     */
    private void lockKeys(List<OutboxRecord> records) {
        long[] keys = records.stream()
                .filter((record) -> record.key() != null)
                .mapToLong(JdbcOutboxStore::lock)
                .distinct()
                .sorted()
                .toArray();
        if (keys.length > 0) {
            this.table.lockKeys(this.access.jdbc(), keys);
        }
    }

    /** The name of the table keeps clear of locks the application takes by numbers of its own. */
    private static long lock(OutboxRecord record) {
        byte[] hash = Sha256.of(List.of("integration_outbox", record.destination(), String.valueOf(record.key())));
        return ByteBuffer.wrap(hash).getLong();
    }

    @Override
    public List<StoredMessage> read(List<Window> windows, Set<String> pausedDestinations) {
        return this.table.read(this.access.jdbc(), windows, pausedDestinations);
    }

    @Override
    public void delete(List<StoredMessage.Row> rows) {
        this.transactions.committed((jdbc) -> this.table.delete(jdbc, rows));
    }

    @Override
    public void deleteForGood(List<StoredMessage.Row> rows) {
        this.transactions.committed((jdbc) -> this.table.deleteForGood(jdbc, rows));
    }

    @Override
    public Map<Long, String> messageIds(int shard, List<Long> ids) {
        return this.table.messageIds(this.access.jdbc(), shard, ids);
    }

    @Override
    public @Nullable Writers writers(Collection<Integer> shards, long beyond) {
        return this.table.writers(this.access.jdbc(), shards, beyond);
    }

    /**
     * The row of the lease stays locked until the commit, so nobody can claim the shard between the check and the move:
     * a relay that was paused for too long finds another epoch here and moves nothing. One that stands still while it has
     * the row locked loses it when its transaction has waited for a lease.
     */
    @Override
    public boolean moveToDeadLetters(StoredMessage message, ShardLease lease, Failure failure, Throwable cause) {
        return this.transactions.inNew(() -> moveNow(message, lease, failure, cause));
    }

    private boolean moveNow(StoredMessage message, ShardLease lease, Failure failure, Throwable cause) {
        if (!this.table.lockLease(this.access.jdbc(), lease)) {
            return false;
        }
        if (this.table.deleteOne(this.access.jdbc(), message.row())) {
            this.deadLetters.get().storeMessage(deadLetter(message.record(), failure, cause));
        }
        return true;
    }

    static DeadLetterMessage deadLetter(OutboxRecord record, Failure failure, Throwable cause) {
        return new DeadLetterMessage(
                record.destination(),
                record.key(),
                record.messageId(),
                record.eventType(),
                record.eventVersion(),
                record.contentType(),
                record.headers(),
                record.payload(),
                failure,
                cause,
                1);
    }

    @Override
    public KeyStates keys() {
        return this.keys;
    }

    @Override
    public OutboxBacklog backlog() {
        return Objects.requireNonNull(this.access
                .jdbc()
                .queryForObject(
                        this.table.backlogQuery(),
                        (row, index) -> new OutboxBacklog(
                                row.getLong(1),
                                (row.getObject(2) != null) ? Duration.ofMillis(row.getLong(2)) : null)));
    }
}
