package io.integrationkit.sample.process.consumer;

import io.integrationkit.sample.process.DatabaseClient;
import io.integrationkit.sample.process.DatabaseServer;
import java.sql.SQLException;
import java.util.List;

/** What the database knows: effects, messages that were handled, and dead letters. Used by one thread. */
final class EffectTable implements AutoCloseable {

    private final DatabaseClient client;

    EffectTable(DatabaseServer database) throws SQLException {
        // Nothing but the inbox may keep an event from having two rows: the number is the only key.
        database.execute(
                List.of(
                        "CREATE TABLE effect (number SERIAL PRIMARY KEY, handler VARCHAR(20) NOT NULL,"
                                + " event_id VARCHAR(60) NOT NULL, k INT NOT NULL, seq BIGINT NOT NULL, instance VARCHAR(20) NOT NULL)"));
        this.client = new DatabaseClient(database);
    }

    /** Number of the latest effect. */
    long last() {
        return this.client.number("SELECT coalesce(max(number), 0) FROM effect");
    }

    /** Which handlers of an instance have had an effect behind that number. */
    List<String> handlersOf(String instance, long after) {
        return this.client.query(
                "SELECT DISTINCT handler FROM effect WHERE number > ? AND instance = ?",
                (row) -> row.getString(1),
                after,
                instance);
    }

    /** The effects of a handler, in their order. */
    List<Effect> of(String handler) {
        return this.client.query(
                "SELECT number, event_id, k, seq, instance FROM effect WHERE handler = ? ORDER BY number",
                (row) -> new Effect(row.getLong(1), row.getString(2), row.getInt(3), row.getLong(4), row.getString(5)),
                handler);
    }

    /** Ids of the messages that are in the inbox of a handler. */
    List<String> inboxOf(String handler) {
        return this.client.query(
                "SELECT message_id FROM integration_inbox WHERE consumer = ?", (row) -> row.getString(1), handler);
    }

    /** Ids of the messages of a topic that are dead letters. */
    List<String> deadLettersOf(String topic) {
        return this.client.query(
                "SELECT message_id FROM integration_dead_letter WHERE name = ?", (row) -> row.getString(1), topic);
    }

    @Override
    public void close() throws SQLException {
        this.client.close();
    }
}
