package io.integrationkit.benchmarks.idempotency;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What somebody would write by hand: a connection of the pool, one text, one round trip, on our own rows. Keys are hashed
 * already, and results read but not parsed.
 */
final class BareStatements {

    private static final String SELECT = """
            select state, fingerprint, owner, epoch, kind, payload from integration_idempotency \
            where operation = ? and key_hash = ? and scope = ?""";

    private static final String CLAIM = """
            insert into integration_idempotency (operation, key_hash, scope, fingerprint, state, owner, epoch, lease_until, \
            expires_at) values (?, ?, ?, ?, 'IN_PROGRESS', 'somebody', 1, clock_timestamp() + interval '30 seconds', \
            clock_timestamp() + interval '1 day') on conflict do nothing;\s""" + SELECT;

    private static final int KEY_COLUMNS = 3;

    private final DataSource database;

    private final List<Key> keys;

    /**
     * Creates the statements.
     *
     * @param database the pool; all keys are in their table already
     */
    BareStatements(DataSource database) {
        this.database = database;
        this.keys = new JdbcTemplate(database)
                .query(
                        "select operation, key_hash, scope, fingerprint from integration_idempotency",
                        (row, number) -> new Key(row.getString(1), row.getBytes(2), row.getString(3), row.getBytes(4)));
    }

    List<Key> keys() {
        return this.keys;
    }

    void claim(int number) throws SQLException {
        Key key = this.keys.get(number);
        try (Connection connection = this.database.getConnection();
                PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            key.set(statement, 1);
            statement.setBytes(KEY_COLUMNS + 1, key.hash());
            key.set(statement, KEY_COLUMNS + 2);
            statement.execute();
            if (statement.getUpdateCount() != 0) {
                throw new IllegalStateException("The key was not there");
            }
            statement.getMoreResults();
            read(statement.getResultSet());
        }
    }

    void select(int number) throws SQLException {
        try (Connection connection = this.database.getConnection();
                PreparedStatement statement = connection.prepareStatement(SELECT)) {
            this.keys.get(number).set(statement, 1);
            read(statement.executeQuery());
        }
    }

    private static void read(ResultSet rows) throws SQLException {
        if (!rows.next() || !"DONE".equals(rows.getString("state")) || rows.getBytes("payload").length == 0) {
            throw new IllegalStateException("There was no result");
        }
    }

    record Key(String operation, byte[] hash, String scope, byte[] fingerprint) {

        void set(PreparedStatement statement, int first) throws SQLException {
            statement.setString(first, this.operation);
            statement.setBytes(first + 1, this.hash);
            statement.setString(first + 2, this.scope);
        }
    }
}
