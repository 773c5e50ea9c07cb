package io.integrationkit.idempotency;

import io.integrationkit.jdbc.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Runs the statements about one key, as each engine needs the fewest round trips for them. */
abstract class KeyStatements {

    private final KeyTable table;

    protected KeyStatements(KeyTable table) {
        this.table = table;
    }

    static KeyStatements of(Database database, KeyTable table) {
        return switch (database) {
            case POSTGRESQL -> new PostgresKeyStatements(table);
            case MARIADB -> new MariaDbKeyStatements(table);
            case MYSQL -> new MySqlKeyStatements(table);
            case H2 -> new H2KeyStatements(table);
        };
    }

    protected final KeyTable table() {
        return this.table;
    }

    /**
     * Inserts the claim unless the key exists, and reads what is there then: the claim itself, or what another call left.
     * Waits for another transaction that has just inserted the key.
     *
     * @return the row, or {@code null} if another call deleted it in between
     */
    protected abstract @Nullable KeyRow insertOrRead(Connection connection, ClaimRequest request, LockWait wait)
            throws SQLException;

    /** Runs an update or a delete, and tells how many rows it met. */
    protected abstract int update(Connection connection, String sql, Parameters parameters, LockWait wait)
            throws SQLException;

    /**
     * Tries to claim a key. A row whose holder may be followed is taken over by an update that names the owner, epoch and
     * state that were read, so that of several thieves one wins.
     *
     * @return the answer, or {@code null} if another call changed the row in between
     */
    final @Nullable Claim claim(Connection connection, ClaimRequest request, LockWait wait) throws SQLException {
        KeyRow row = insertOrRead(connection, request, wait);
        if (row == null) {
            return null;
        }
        KeyState state = row.state();
        if (state.phase() == KeyStatus.Phase.IN_PROGRESS && state.owner().equals(request.owner())) {
            return new Claim.Granted(
                    new ClaimToken(request.key(), request.owner(), state.epoch(), state.deadLetterId()), false);
        }
        Claim answer = state.answer(request);
        if (answer != null) {
            return answer;
        }
        ClaimToken token = state.takenOverBy(request, row.nowMicros());
        boolean won = update(connection, this.table.takeOver, KeyTable.takeOver(request, state, token), wait) == 1;
        return won ? new Claim.Granted(token, state.lapsed()) : null;
    }

    protected static int updated(Connection connection, String sql, Parameters parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            parameters.set(statement);
            return statement.executeUpdate();
        }
    }

    protected static @Nullable KeyRow read(Connection connection, String sql, Parameters parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            parameters.set(statement);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? KeyRow.of(rows) : null;
            }
        }
    }
}
