package io.integrationkit.sample.process.consumer;

import io.integrationkit.sample.process.DatabaseServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the database knows: effects, messages that were handled, and dead letters. Used by one thread. */
final class EffectTable implements AutoCloseable {

    private final Connection connection;

    EffectTable(DatabaseServer database) throws SQLException {
        // Nothing but the inbox may keep an event from having two rows: the number is the only key.
        database.execute(
                List.of(
                        "CREATE TABLE effect (number SERIAL PRIMARY KEY, handler VARCHAR(20) NOT NULL,"
                                + " event_id VARCHAR(60) NOT NULL, k INT NOT NULL, seq BIGINT NOT NULL, instance VARCHAR(20) NOT NULL)"));
        this.connection = database.connect();
    }

    /** Number of the latest effect. */
    long last() {
        return query("SELECT coalesce(max(number), 0) FROM effect", (row) -> row.getLong(1))
                .get(0);
    }

    /** Which handlers of an instance have had an effect behind that number. */
    List<String> handlersOf(String instance, long after) {
        return query(
                "SELECT DISTINCT handler FROM effect WHERE number > ? AND instance = ?",
                (row) -> row.getString(1),
                after,
                instance);
    }

    /** The effects of a handler, in their order. */
    List<Effect> of(String handler) {
        return query(
                "SELECT number, event_id, k, seq, instance FROM effect WHERE handler = ? ORDER BY number",
                (row) -> new Effect(row.getLong(1), row.getString(2), row.getInt(3), row.getLong(4), row.getString(5)),
                handler);
    }

    /** Ids of the messages that are in the inbox of a handler. */
    List<String> inboxOf(String handler) {
        return query("SELECT message_id FROM integration_inbox WHERE consumer = ?", (row) -> row.getString(1), handler);
    }

    /** Ids of the messages of a topic that are dead letters. */
    List<String> deadLettersOf(String topic) {
        return query("SELECT message_id FROM integration_dead_letter WHERE name = ?", (row) -> row.getString(1), topic);
    }

    private <T> List<T> query(String sql, Row<T> reading, Object... parameters) {
        try (PreparedStatement statement = this.connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reading.of(rows));
                }
            }
            return found;
        } catch (SQLException ex) {
            throw new IllegalStateException("The database does not answer: " + sql, ex);
        }
    }

    @Override
    public void close() throws SQLException {
        this.connection.close();
    }

    @FunctionalInterface
    private interface Row<T> {

        T of(ResultSet row) throws SQLException;
    }
}
