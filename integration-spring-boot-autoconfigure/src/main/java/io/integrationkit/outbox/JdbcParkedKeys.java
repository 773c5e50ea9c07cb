package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.OneOf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** Lets parked keys go on: with the last of their dead letters that is replayed or discarded, or at once. */
final class JdbcParkedKeys {

    private static final String FIRST_PARKED =
            "SELECT pos, message_id FROM integration_outbox_parked" + JdbcKey.MATCHED + " ORDER BY pos LIMIT 1";

    private static final String UNPARK_ALL = "DELETE FROM integration_outbox_parked" + JdbcKey.MATCHED;

    private static final String UNPARK = UNPARK_ALL + " AND message_id = ?";

    private static final String OLDEST_REPLAY =
            "SELECT min(id) FROM integration_outbox" + JdbcKey.MATCHED + " AND replay_of IS NOT NULL";

    private static final String RELEASED = """
            SELECT destination, msg_key FROM integration_outbox_key_state held WHERE state = 'RELEASING' \
              AND NOT EXISTS (SELECT 1 FROM integration_outbox owed WHERE owed.shard = held.shard \
                AND owed.destination = held.destination AND owed.msg_key = held.msg_key AND owed.replay_of IS NOT NULL)""";

    private static final String HELD =
            "SELECT destination, msg_key FROM integration_outbox_key_state" + " WHERE %s AND %s AND %s";

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final RelayTransactions transactions;

    private final OutboxTable table;

    private final JdbcKeyRows rows;

    private final String releasing;

    JdbcParkedKeys(JdbcAccess access, RelayTransactions transactions, OutboxTable table, JdbcKeyRows rows) {
        this.access = access;
        this.jdbc = access.jdbc();
        this.transactions = transactions;
        this.table = table;
        this.rows = rows;
        this.releasing = "UPDATE integration_outbox_key_state SET state = 'RELEASING', since = "
                + access.database().clock() + JdbcKey.MATCHED;
    }

    void replay(OutboxRecord record) {
        this.transactions.inActive(() -> {
            String name = record.key();
            JdbcKey key = (name != null) ? this.rows.key(record.destination(), name) : null;
            KeyState state = (key != null) ? this.rows.lock(key) : null;
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
    void replayAll(List<OutboxRecord> records) {
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
        Set<Long> shards = new HashSet<>();
        Set<String> destinations = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (OutboxRecord record : records) {
            String name = record.key();
            if (name != null) {
                shards.add((long) this.rows.shard(name));
                destinations.add(record.destination());
                names.add(name);
            }
        }
        Database database = this.access.database();
        OneOf ofShards = OneOf.numbers(database, "shard", shards);
        OneOf ofDestinations = OneOf.texts(database, "destination", destinations);
        OneOf ofNames = OneOf.texts(database, "msg_key", names);
        return new HashSet<>(this.jdbc.query(
                HELD.formatted(ofShards.sql(), ofDestinations.sql(), ofNames.sql()),
                (row, index) -> new HeldKey.Place(row.getString(1), row.getString(2)),
                ofNames.after(ofDestinations.after(ofShards.after()))));
    }

    private void insertInOrder(OutboxRecord record, JdbcKey key, KeyState state) {
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

    void discarded(String destination, String name, String messageId) {
        JdbcKey key = this.rows.key(destination, name);
        this.transactions.inActive(() -> {
            KeyState state = this.rows.lock(key);
            if (this.jdbc.update(UNPARK, key.arguments(messageId)) > 0 && state != null) {
                releaseIfAllDone(key, state);
            }
        });
    }

    /** Replays that are to be parked again are still ahead of what came later. */
    private void releaseIfAllDone(JdbcKey key, KeyState state) {
        if (state.state() != HeldKey.State.PARKED || firstParked(key) != null) {
            return;
        }
        Long oldestReplay = oldestReplay(key);
        if (oldestReplay == null || oldestReplay > state.replaysAfter()) {
            letGo(key, oldestReplay != null);
        }
    }

    private @Nullable Parked firstParked(JdbcKey key) {
        List<Parked> parked = this.jdbc.query(
                FIRST_PARKED, (row, index) -> new Parked(row.getLong(1), row.getString(2)), key.arguments());
        return parked.isEmpty() ? null : parked.get(0);
    }

    boolean release(String destination, String name) {
        JdbcKey key = this.rows.key(destination, name);
        return this.transactions.inNew(() -> {
            boolean parked = this.rows.lockIf(HeldKey.State.PARKED, key);
            if (parked) {
                this.jdbc.update(UNPARK_ALL, key.arguments());
                letGo(key, oldestReplay(key) != null);
            }
            return parked;
        });
    }

    private void letGo(JdbcKey key, boolean afterReplays) {
        if (afterReplays) {
            this.jdbc.update(this.releasing, key.arguments());
        } else {
            this.rows.forget(key);
        }
    }

    void endRelease(String destination, String name) {
        JdbcKey key = this.rows.key(destination, name);
        this.transactions.inNew(() -> {
            if (this.rows.lockIf(HeldKey.State.RELEASING, key) && oldestReplay(key) == null) {
                this.rows.forget(key);
            }
            return true;
        });
    }

    void endReleases() {
        this.jdbc
                .query(RELEASED, (row, index) -> new HeldKey.Place(row.getString(1), row.getString(2)))
                .forEach((place) -> endRelease(place.destination(), place.key()));
    }

    private @Nullable Long oldestReplay(JdbcKey key) {
        return this.jdbc.queryForObject(OLDEST_REPLAY, Long.class, key.arguments());
    }

    private record Parked(long position, String messageId) {}
}
