package io.integrationkit.outbox;

import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.jdbc.JdbcAccess;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** States of keys in the tables {@code integration_outbox_key_state} and {@code integration_outbox_parked}. */
final class JdbcKeyStates implements KeyStates {

    private static final String OF_KEY = " WHERE shard = ? AND destination = ? AND msg_key = ?";

    private static final String LOCK =
            "SELECT state, replays_after FROM integration_outbox_key_state" + OF_KEY + " FOR UPDATE";

    private static final String FORGET = "DELETE FROM integration_outbox_key_state" + OF_KEY;

    private static final String HEAD = "SELECT head_id, category, problem FROM integration_outbox_key_state" + OF_KEY;

    private static final String PARK =
            "INSERT INTO integration_outbox_parked (shard, destination, msg_key, pos, message_id) VALUES (?, ?, ?, ?, ?)";

    private static final String FIRST_PARKED =
            "SELECT pos, message_id FROM integration_outbox_parked" + OF_KEY + " ORDER BY pos LIMIT 1";

    private static final String UNPARK = "DELETE FROM integration_outbox_parked" + OF_KEY + " AND message_id = ?";

    private static final String UNPARK_ALL = "DELETE FROM integration_outbox_parked" + OF_KEY;

    private static final String OLDEST_REPLAY =
            "SELECT min(id) FROM integration_outbox" + OF_KEY + " AND replay_of IS NOT NULL";

    private static final String YOUNGEST_REPLAY =
            "SELECT max(id) FROM integration_outbox" + OF_KEY + " AND replay_of IS NOT NULL";

    private static final String RELEASED = """
            SELECT destination, msg_key FROM integration_outbox_key_state held WHERE state = 'RELEASING' \
              AND NOT EXISTS (SELECT 1 FROM integration_outbox owed WHERE owed.shard = held.shard \
                AND owed.destination = held.destination AND owed.msg_key = held.msg_key AND owed.replay_of IS NOT NULL)""";

    private static final String LIST = "SELECT destination, msg_key, state, head_message_id, category, problem, since"
            + " FROM integration_outbox_key_state";

    private static final String HELD = "SELECT destination, msg_key FROM integration_outbox_key_state"
            + " WHERE shard IN (%s) AND destination IN (%s) AND msg_key IN (%s)";

    private static final String LIST_ORDER = " ORDER BY destination, msg_key LIMIT ?";

    private static final String COUNT = """
            SELECT destination, count(CASE WHEN state = 'PARKED' THEN 1 END), \
              count(CASE WHEN state = 'BLOCKED' THEN 1 END) \
            FROM integration_outbox_key_state WHERE state IN ('PARKED', 'BLOCKED') GROUP BY destination""";

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final int shards;

    private final RelayTransactions transactions;

    private final OutboxTable table;

    private final Supplier<DeadLetters> deadLetters;

    private final String insert;

    private final String update;

    private final String releasing;

    JdbcKeyStates(
            JdbcAccess access,
            OutboxSpec spec,
            RelayTransactions transactions,
            OutboxTable table,
            Supplier<DeadLetters> deadLetters) {
        this.access = access;
        this.jdbc = access.jdbc();
        this.shards = spec.shards();
        this.transactions = transactions;
        this.table = table;
        this.deadLetters = deadLetters;
        String clock = access.database().clock();
        this.insert = """
                INSERT INTO integration_outbox_key_state \
                (state, head_id, head_message_id, category, problem, replays_after, since, shard, destination, msg_key) \
                VALUES (?, ?, ?, ?, ?, ?, %s, ?, ?, ?)""".formatted(clock);
        this.update = """
                UPDATE integration_outbox_key_state SET state = ?, head_id = ?, head_message_id = ?, category = ?, \
                problem = ?, replays_after = ?, since = %s""".formatted(clock) + OF_KEY;
        this.releasing =
                "UPDATE integration_outbox_key_state SET state = 'RELEASING', since = %s".formatted(clock) + OF_KEY;
    }

    @Override
    public boolean park(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        Key key = Key.of(head);
        return this.transactions.inNew(() -> {
            if (!this.table.lockLease(this.jdbc, lease)) {
                return false;
            }
            KeyState before = lock(key);
            if (move(head, key, failure, cause)) {
                Long replaysAfter = this.jdbc.queryForObject(YOUNGEST_REPLAY, Long.class, key.arguments());
                write(
                        before,
                        key,
                        head,
                        HeldKey.State.PARKED,
                        Objects.requireNonNullElse(replaysAfter, 0L),
                        failure,
                        cause);
            }
            return true;
        });
    }

    private boolean move(StoredMessage message, Key key, Failure failure, Throwable cause) {
        if (!this.table.deleteOne(this.jdbc, message.row())) {
            return false;
        }
        this.deadLetters.get().storeMessage(JdbcOutboxStore.deadLetter(message.record(), failure, cause));
        this.jdbc.update(
                PARK, key.arguments(message.position(), message.record().messageId()));
        return true;
    }

    @Override
    public int parkBehind(List<StoredMessage> messages, ShardLease lease) {
        Key key = Key.of(messages.get(0));
        return this.transactions.inNew(() -> parkNow(messages, key, lease));
    }

    private int parkNow(List<StoredMessage> messages, Key key, ShardLease lease) {
        if (!this.table.lockLease(this.jdbc, lease)) {
            return 0;
        }
        KeyState state = lock(key);
        int moved = 0;
        for (StoredMessage message : messages) {
            if (state == null || !state.parks(message.row(), message.replayOf())) {
                break;
            }
            move(message, key, message.failureToPark(), message.reasonToPark());
            moved++;
        }
        return moved;
    }

    @Override
    public boolean block(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        Key key = Key.of(head);
        return this.transactions.inNew(() -> {
            if (!this.table.lockLease(this.jdbc, lease)) {
                return false;
            }
            write(lock(key), key, head, HeldKey.State.BLOCKED, 0, failure, cause);
            return true;
        });
    }

    private void write(
            @Nullable KeyState before,
            Key key,
            StoredMessage head,
            HeldKey.State state,
            long replaysAfter,
            Failure failure,
            Throwable cause) {
        this.jdbc.update(
                (before == null) ? this.insert : this.update,
                state.name(),
                head.row().id(),
                head.record().messageId(),
                failure.category().name(),
                cause.getClass().getName(),
                replaysAfter,
                key.shard(),
                key.destination(),
                key.name());
    }

    @Override
    public void endRelease(String destination, String name) {
        Key key = key(destination, name);
        this.transactions.inNew(() -> {
            KeyState state = lock(key);
            if (state != null && state.state() == HeldKey.State.RELEASING && oldestReplay(key) == null) {
                this.jdbc.update(FORGET, key.arguments());
            }
            return true;
        });
    }

    @Override
    public void endReleases() {
        this.jdbc
                .query(RELEASED, (row, index) -> new HeldKey.Place(row.getString(1), row.getString(2)))
                .forEach((place) -> endRelease(place.destination(), place.key()));
    }

    @Override
    public void replay(OutboxRecord record) {
        this.transactions.inActive(() -> {
            String name = record.key();
            Key key = (name != null) ? key(record.destination(), name) : null;
            KeyState state = (key != null) ? lock(key) : null;
            if (key == null || state == null) {
                this.table.insertReplay(this.jdbc, record, 0);
            } else {
                insertInOrder(record, key, state);
            }
        });
    }

    /**
     * Messages of keys that simply go on are inserted together. A key that begins to be parked meanwhile is treated as if
     * it had begun after the replay, as by {@link #replay}.
     */
    @Override
    public void replayAll(List<OutboxRecord> records) {
        this.access.inTransaction(() -> {
            Set<HeldKey.Place> held = held(records);
            List<OutboxRecord> free = new ArrayList<>();
            for (OutboxRecord record : records) {
                String name = record.key();
                if (name != null && held.contains(new HeldKey.Place(record.destination(), name))) {
                    replay(record);
                } else {
                    free.add(record);
                }
            }
            this.table.insertReplays(this.jdbc, free);
            return true;
        });
    }

    private Set<HeldKey.Place> held(List<OutboxRecord> records) {
        Set<Object> shards = new HashSet<>();
        Set<Object> destinations = new HashSet<>();
        Set<Object> names = new HashSet<>();
        for (OutboxRecord record : records) {
            if (record.key() != null) {
                shards.add(Shards.of(record.key(), record.messageId(), this.shards));
                destinations.add(record.destination());
                names.add(record.key());
            }
        }
        if (names.isEmpty()) {
            return Set.of();
        }
        List<Object> arguments = new ArrayList<>(shards);
        arguments.addAll(destinations);
        arguments.addAll(names);
        return new HashSet<>(this.jdbc.query(
                HELD.formatted(marks(shards), marks(destinations), marks(names)),
                (row, index) -> new HeldKey.Place(row.getString(1), row.getString(2)),
                arguments.toArray()));
    }

    private static String marks(Set<Object> values) {
        return String.join(", ", Collections.nCopies(values.size(), "?"));
    }

    private void insertInOrder(OutboxRecord record, Key key, KeyState state) {
        Parked first = firstParked(key);
        boolean isFirst = first != null && first.messageId().equals(record.messageId());
        boolean parked = this.jdbc.update(UNPARK, key.arguments(record.messageId())) > 0;
        if (parked && first != null && !isFirst) {
            throw MessageHeldException.notFirst(record, first.messageId());
        }
        this.table.insertReplay(this.jdbc, record, (isFirst && first != null) ? first.position() : 0);
        if (parked) {
            releaseIfAllDone(key, state);
        }
    }

    @Override
    public void discarded(String destination, String name, String messageId) {
        Key key = key(destination, name);
        this.transactions.inActive(() -> {
            KeyState state = lock(key);
            if (this.jdbc.update(UNPARK, key.arguments(messageId)) > 0 && state != null) {
                releaseIfAllDone(key, state);
            }
        });
    }

    /** Replays that are to be parked again are still ahead of what came later. */
    private void releaseIfAllDone(Key key, KeyState state) {
        if (state.state() != HeldKey.State.PARKED || firstParked(key) != null) {
            return;
        }
        Long oldestReplay = oldestReplay(key);
        if (oldestReplay == null || oldestReplay > state.replaysAfter()) {
            letGo(key, oldestReplay != null);
        }
    }

    private void letGo(Key key, boolean afterReplays) {
        this.jdbc.update(afterReplays ? this.releasing : FORGET, key.arguments());
    }

    @Override
    public boolean unblock(String destination, String name) {
        Key key = key(destination, name);
        return this.transactions.inNew(() -> {
            boolean blocked = is(HeldKey.State.BLOCKED, lock(key));
            if (blocked) {
                this.jdbc.update(FORGET, key.arguments());
            }
            return blocked;
        });
    }

    @Override
    public boolean discardHead(String destination, String name) {
        Key key = key(destination, name);
        return this.transactions.inNew(() -> {
            if (!is(HeldKey.State.BLOCKED, lock(key))) {
                return false;
            }
            this.jdbc.query(HEAD, JdbcKeyStates::head, key.arguments()).forEach((head) -> discardHead(key, head));
            this.jdbc.update(FORGET, key.arguments());
            return true;
        });
    }

    private static Head head(ResultSet row, int index) throws SQLException {
        return new Head(
                row.getLong("head_id"), FailureCategory.valueOf(row.getString("category")), row.getString("problem"));
    }

    private void discardHead(Key key, Head refused) {
        StoredMessage message = this.table.find(this.jdbc, new StoredMessage.Row(key.shard(), refused.id()));
        if (message != null && this.table.deleteOne(this.jdbc, message.row())) {
            MessageHeldException cause = MessageHeldException.discarded(message, refused.category(), refused.problem());
            this.deadLetters.get().storeMessage(JdbcOutboxStore.deadLetter(message.record(), cause.failure(), cause));
        }
    }

    @Override
    public boolean release(String destination, String name) {
        Key key = key(destination, name);
        return this.transactions.inNew(() -> {
            boolean parked = is(HeldKey.State.PARKED, lock(key));
            if (parked) {
                this.jdbc.update(UNPARK_ALL, key.arguments());
                letGo(key, oldestReplay(key) != null);
            }
            return parked;
        });
    }

    private static boolean is(HeldKey.State wanted, @Nullable KeyState state) {
        return state != null && state.state() == wanted;
    }

    private @Nullable KeyState lock(Key key) {
        List<KeyState> states = this.jdbc.query(
                LOCK,
                (row, index) -> new KeyState(HeldKey.State.valueOf(row.getString(1)), row.getLong(2)),
                key.arguments());
        return states.isEmpty() ? null : states.get(0);
    }

    private @Nullable Parked firstParked(Key key) {
        List<Parked> parked = this.jdbc.query(
                FIRST_PARKED, (row, index) -> new Parked(row.getLong(1), row.getString(2)), key.arguments());
        return parked.isEmpty() ? null : parked.get(0);
    }

    private @Nullable Long oldestReplay(Key key) {
        return this.jdbc.queryForObject(OLDEST_REPLAY, Long.class, key.arguments());
    }

    @Override
    public List<HeldKey> list(HeldKey.@Nullable Place after, int limit) {
        return (after == null)
                ? this.jdbc.query(LIST + LIST_ORDER, this::heldKey, limit)
                : this.jdbc.query(
                        LIST + " WHERE (destination, msg_key) > (?, ?)" + LIST_ORDER,
                        this::heldKey,
                        after.destination(),
                        after.key(),
                        limit);
    }

    private HeldKey heldKey(ResultSet row, int index) throws SQLException {
        return new HeldKey(
                row.getString("destination"),
                row.getString("msg_key"),
                HeldKey.State.valueOf(row.getString("state")),
                row.getString("head_message_id"),
                FailureCategory.valueOf(row.getString("category")),
                row.getString("problem"),
                Objects.requireNonNull(this.access.database().moment(row, "since")));
    }

    @Override
    public Map<String, HeldKeyCount> counts() {
        Map<String, HeldKeyCount> counts = new HashMap<>();
        this.jdbc.query(COUNT, (ResultSet row) -> {
            counts.put(row.getString(1), new HeldKeyCount(row.getLong(2), row.getLong(3)));
        });
        return counts;
    }

    private Key key(String destination, String name) {
        return new Key(Shards.of(name, "", this.shards), destination, name);
    }

    private record Head(long id, FailureCategory category, String problem) {}

    private record Parked(long position, String messageId) {}

    /** Primary key of a state. */
    private record Key(int shard, String destination, String name) {

        static Key of(StoredMessage message) {
            return new Key(
                    message.row().shard(),
                    message.record().destination(),
                    Objects.requireNonNull(message.record().key()));
        }

        Object[] arguments() {
            return new Object[] {this.shard, this.destination, this.name};
        }

        Object[] arguments(Object further) {
            return new Object[] {this.shard, this.destination, this.name, further};
        }

        Object[] arguments(Object further, Object last) {
            return new Object[] {this.shard, this.destination, this.name, further, last};
        }
    }
}
