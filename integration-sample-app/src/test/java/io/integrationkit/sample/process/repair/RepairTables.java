package io.integrationkit.sample.process.repair;

import io.integrationkit.sample.process.DatabaseClient;
import io.integrationkit.sample.process.DatabaseServer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the database knows, and what the processes are told. Used by one thread. */
final class RepairTables implements AutoCloseable {

    private final DatabaseClient client;

    RepairTables(DatabaseServer database) throws SQLException {
        String order =
                " (number_of SERIAL PRIMARY KEY, way VARCHAR(10) NOT NULL, customer INT NOT NULL, number BIGINT NOT NULL)";
        List<String> statements = new ArrayList<>(List.of(
                // Nothing but the kit may keep an order from having two rows.
                "CREATE TABLE effect" + order,
                "CREATE TABLE taken" + order,
                "CREATE TABLE customer (id INT PRIMARY KEY, last BIGINT NOT NULL)",
                "CREATE TABLE switch (name VARCHAR(10) PRIMARY KEY, state INT NOT NULL)"));
        for (int customer = 0; customer < Traffic.CUSTOMERS; customer++) {
            statements.add("INSERT INTO customer (id, last) VALUES (%d, 0)".formatted(customer));
        }
        for (Switch each : Switch.values()) {
            statements.add("INSERT INTO switch (name, state) VALUES ('%s', 0)".formatted(each));
        }
        database.execute(statements);
        this.client = new DatabaseClient(database);
    }

    void turn(Switch which, boolean on) {
        this.client.execute("UPDATE switch SET state = %d WHERE name = '%s'".formatted(on ? 1 : 0, which));
    }

    /** Lets every attempt to store a dead letter fail, or ends that. */
    void hideDeadLetters(boolean hidden) {
        this.client.execute(
                hidden
                        ? "ALTER TABLE integration_dead_letter RENAME TO integration_dead_letter_away"
                        : "ALTER TABLE integration_dead_letter_away RENAME TO integration_dead_letter");
    }

    /** Orders in the order of their rows. */
    List<Order> orders(String table, Way way) {
        return this.client.query(
                "SELECT customer, number FROM %s WHERE way = '%s' ORDER BY number_of".formatted(table, way),
                (row) -> new Order(row.getInt(1), row.getLong(2)));
    }

    long taken() {
        return count("SELECT count(*) FROM taken");
    }

    long deadLetters(String kind) {
        return count("SELECT count(*) FROM integration_dead_letter WHERE kind = '%s'".formatted(kind));
    }

    long unresolved() {
        return count("SELECT count(*) FROM integration_dead_letter WHERE status <> 'RESOLVED'");
    }

    /** How many are closed by whoever has a name that begins so. */
    long closedBy(String name) {
        return count("SELECT count(*) FROM integration_dead_letter WHERE closed_by LIKE '%s%%'".formatted(name));
    }

    /** Of how many kinds of entries the tally has a number other than that of the entries. */
    long miscounted() {
        String place = "kind, name, category, fingerprint, status";
        return count("""
                SELECT count(*) FROM (SELECT %1$s, sum(entries) AS wrong FROM (\
                SELECT %1$s, count(*) AS entries FROM integration_dead_letter GROUP BY %1$s \
                UNION ALL SELECT %1$s, -entries FROM integration_dead_letter_tally) AS both_of_them \
                GROUP BY %1$s HAVING sum(entries) <> 0) AS differences""".formatted(place));
    }

    long owed() {
        return count("SELECT count(*) FROM integration_outbox");
    }

    /** How often a replay job was taken up after its first owner. */
    long takenUp() {
        return count("SELECT coalesce(sum(epoch - 1), 0) FROM integration_replay_job WHERE epoch > 1");
    }

    long count(String sql) {
        return this.client.number(sql);
    }

    @Override
    public void close() throws SQLException {
        this.client.close();
    }
}
