package io.integrationkit.idempotency;

import io.integrationkit.idempotency.KeyStatus.Phase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * A key as its row was read.
 *
 * @param state what is known of it
 * @param nowMicros the database's clock then, in microseconds since 1970
 */
record KeyRow(KeyState state, long nowMicros) {

    static KeyRow of(ResultSet row) throws SQLException {
        String kind = row.getString("kind");
        return new KeyRow(
                new KeyState(
                        Phase.valueOf(row.getString("state")),
                        HexFormat.of().formatHex(row.getBytes("fingerprint")),
                        row.getString("owner"),
                        row.getLong("epoch"),
                        Duration.ofMillis(row.getLong("lease_left")),
                        Duration.ofMillis(row.getLong("remembered")),
                        (kind != null)
                                ? new StoredResult(StoredResult.Kind.valueOf(kind), row.getBytes("payload"))
                                : null,
                        row.getString("dead_letter")),
                row.getLong("now_micros"));
    }
}
