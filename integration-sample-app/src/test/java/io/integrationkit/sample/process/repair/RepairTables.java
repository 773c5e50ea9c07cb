package io.integrationkit.sample.process.repair;

import io.integrationkit.sample.process.DatabaseServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the database knows, and what the processes are told. Used by one thread. */
final class RepairTables implements AutoCloseable {

    private final Connection connection;

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
        this.connection = database.connect();
    }

    void turn(Switch which, boolean on) {
        update("UPDATE switch SET state = %d WHERE name = '%s'".formatted(on ? 1 : 0, which));
    }

    /** Lets every attempt to store a dead letter fail, or ends that. */
    void hideDeadLetters(boolean hidden) {
        update(
                hidden
                        ? "ALTER TABLE integration_dead_letter RENAME TO integration_dead_letter_away"
                        : "ALTER TABLE integration_dead_letter_away RENAME TO integration_dead_letter");
    }

    private void update(String sql) {
        try (PreparedStatement statement = this.connection.prepareStatement(sql)) {
            statement.execute();
        } catch (SQLException ex) {
            throw new IllegalStateException("The database does not answer: " + sql, ex);
        }
    }

    /** Orders in the order of their rows. */
    List<Order> orders(String table, Way way) {
        return query(
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

    long owed() {
        return count("SELECT count(*) FROM integration_outbox");
    }

    /** How often a replay job was taken up after its first owner. */
    long takenUp() {
        return count("SELECT coalesce(sum(epoch - 1), 0) FROM integration_replay_job WHERE epoch > 1");
    }

    long count(String sql) {
        return query(sql, (row) -> row.getLong(1)).get(0);
    }

    private <T> List<T> query(String sql, Row<T> reading) {
        try (PreparedStatement statement = this.connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            List<T> found = new ArrayList<>();
            while (rows.next()) {
                found.add(reading.of(rows));
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
