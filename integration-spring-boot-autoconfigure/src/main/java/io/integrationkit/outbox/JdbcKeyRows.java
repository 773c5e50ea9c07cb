package io.integrationkit.outbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The row of a key, which relay and operators lock before they look at it. */
final class JdbcKeyRows {

    private static final String LOCK =
            "SELECT state, replays_after FROM integration_outbox_key_state" + JdbcKey.MATCHED + " FOR UPDATE";

    private static final String FORGET = "DELETE FROM integration_outbox_key_state" + JdbcKey.MATCHED;

    private final JdbcOperations jdbc;

    private final int shards;

    JdbcKeyRows(JdbcOperations jdbc, int shards) {
        this.jdbc = jdbc;
        this.shards = shards;
    }

    JdbcKey key(String destination, String name) {
        return new JdbcKey(shard(name), destination, name);
    }

    int shard(String name) {
        return Shards.of(name, "", this.shards);
    }

    /** Returns the state of a key, which nobody else changes until the transaction ends; {@code null} if it is not held. */
    @Nullable
    KeyState lock(JdbcKey key) {
        List<KeyState> states = this.jdbc.query(
                LOCK,
                (row, index) -> new KeyState(HeldKey.State.valueOf(row.getString(1)), row.getLong(2)),
                key.arguments());
        return states.isEmpty() ? null : states.get(0);
    }

    /** Locks as {@link #lock} does, and tells whether that is the state. */
    boolean lockIf(HeldKey.State wanted, JdbcKey key) {
        KeyState state = lock(key);
        return state != null && state.state() == wanted;
    }

    void forget(JdbcKey key) {
        this.jdbc.update(FORGET, key.arguments());
    }
}
