package io.integrationkit.idempotency;

import io.integrationkit.idempotency.KeyStatus.Phase;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an operator asks of the table of keys; each question reads a bounded number of rows by an index. */
final class JdbcKeyInspection {

    /** Largest number of keys of a state that are counted. */
    static final int COUNTED = 100_000;

    private static final int MAX_SCOPES = 500;

    /** The state is part of the text: only so PostgreSQL knows that the index of unfinished keys has them all. */
    private static final String COUNT =
            "select count(*) from (select 1 from " + KeyTable.NAME + " where state = '%s' limit ?) counted";

    private final JdbcAccess access;

    private final String find;

    private final String claims;

    JdbcKeyInspection(JdbcAccess access) {
        this.access = access;
        Database database = access.database();
        this.find = "select scope, state, epoch, kind, dead_letter, %s as lease_left, %s as remembered from %s"
                        .formatted(
                                database.millisUntil("lease_until"), database.millisUntil("expires_at"), KeyTable.NAME)
                + " where operation = ? and key_hash = ? order by scope limit " + MAX_SCOPES;
        // The oldest ones, so that the age is right even if not all are counted.
        this.claims = """
                select count(*) as claims, count(case when lease_until > %s then 1 end) as held, min(epoch) as oldest, \
                %s as now_micros from (select epoch, lease_until from %s where state = 'IN_PROGRESS' \
                order by epoch limit ?) counted""".formatted(database.clock(), database.clockMicros(), KeyTable.NAME);
    }

    List<KeyStatus> find(String operation, String hash) {
        return this.access.onOwnConnection((connection) -> find(connection, operation, hash));
    }

    private List<KeyStatus> find(Connection connection, String operation, String hash) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(this.find)) {
            new Parameters()
                    .text(KeyTable.stored(operation))
                    .bytes(KeyTable.bytes(hash))
                    .set(statement);
            List<KeyStatus> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(status(rows, operation, hash));
                }
            }
            return found;
        }
    }

    private static KeyStatus status(ResultSet row, String operation, String hash) throws SQLException {
        String kind = row.getString("kind");
        return new KeyStatus(
                new IdempotencyKey(operation, row.getString("scope"), hash),
                Phase.valueOf(row.getString("state")),
                row.getLong("epoch"),
                Duration.ofMillis(row.getLong("lease_left")),
                Duration.ofMillis(row.getLong("remembered")),
                (kind != null) ? StoredResult.Kind.valueOf(kind) : null,
                row.getString("dead_letter"));
    }

    KeyCounts counts() {
        return this.access.onOwnConnection(this::counts);
    }

    private KeyCounts counts(Connection connection) throws SQLException {
        long done = count(connection, Phase.DONE);
        long deadLettered = count(connection, Phase.DEAD_LETTERED);
        try (PreparedStatement statement = connection.prepareStatement(this.claims)) {
            statement.setInt(1, COUNTED + 1);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long claims = row.getLong("claims");
                long held = Math.min(COUNTED, row.getLong("held"));
                return new KeyCounts(
                        held,
                        Math.min(COUNTED, claims) - held,
                        Math.min(COUNTED, done),
                        Math.min(COUNTED, deadLettered),
                        age(row),
                        Math.max(claims, Math.max(done, deadLettered)) > COUNTED);
            }
        }
    }

    private static @Nullable Duration age(ResultSet row) throws SQLException {
        long epoch = row.getLong("oldest");
        return row.wasNull() ? null : Duration.of(Math.max(0, row.getLong("now_micros") - epoch), ChronoUnit.MICROS);
    }

    private static long count(Connection connection, Phase phase) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COUNT.formatted(phase))) {
            statement.setInt(1, COUNTED + 1);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
