package io.integrationkit.outbox;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.jdbc.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** Lists and counts held keys, without a lock. */
record JdbcHeldKeys(JdbcOperations jdbc, Database database) {

    private static final String LIST = "SELECT destination, msg_key, state, head_message_id, category, problem, since"
            + " FROM integration_outbox_key_state";

    private static final String LIST_ORDER = " ORDER BY destination, msg_key LIMIT ?";

    private static final String COUNT = """
            SELECT destination, count(CASE WHEN state = 'PARKED' THEN 1 END), \
              count(CASE WHEN state = 'BLOCKED' THEN 1 END) \
            FROM integration_outbox_key_state WHERE state IN ('PARKED', 'BLOCKED') GROUP BY destination""";

    List<HeldKey> list(HeldKey.@Nullable Place after, int limit) {
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
                Objects.requireNonNull(this.database.moment(row, "since")));
    }

    Map<String, HeldKeyCount> counts() {
        Map<String, HeldKeyCount> counts = new HashMap<>();
        this.jdbc.query(COUNT, (ResultSet row) -> {
            counts.put(row.getString(1), new HeldKeyCount(row.getLong(2), row.getLong(3)));
        });
        return counts;
    }
}
