package io.integrationkit.sample.process.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.process.DatabaseServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The truth: what was committed, by the database itself. Waits while the database is away. */
final class Ledger {

    static final int KEYS = 40;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final DatabaseServer database;

    private final TimeSource time;

    Ledger(DatabaseServer database, TimeSource time) {
        this.database = database;
        this.time = time;
    }

    void create() throws SQLException {
        List<String> statements = new ArrayList<>(List.of(
                "CREATE TABLE account (k INT PRIMARY KEY, version BIGINT NOT NULL)",
                "CREATE TABLE ledger (k INT, version BIGINT, mark CHAR(36) NOT NULL, PRIMARY KEY (k, version))"));
        for (int key = 0; key < KEYS; key++) {
            statements.add("INSERT INTO account (k, version) VALUES (%d, 0)".formatted(key));
        }
        this.database.execute(statements);
    }

    /** The latest version of each key. As each transaction adds one, all from 1 on are owed. */
    Map<Integer, Long> versions() {
        return query("SELECT k, version FROM account", (rows) -> {
            Map<Integer, Long> versions = new HashMap<>();
            while (rows.next()) {
                versions.put(rows.getInt(1), rows.getLong(2));
            }
            return versions;
        });
    }

    /** Mark of each version of each key: {@code key -> version -> mark}. */
    Map<Integer, Map<Long, String>> marks() {
        return query("SELECT k, version, mark FROM ledger", (rows) -> {
            Map<Integer, Map<Long, String>> marks = new HashMap<>();
            while (rows.next()) {
                marks.computeIfAbsent(rows.getInt(1), (key) -> new HashMap<>()).put(rows.getLong(2), rows.getString(3));
            }
            return marks;
        });
    }

    long count(String sql) {
        return query(sql, (rows) -> {
            rows.next();
            return rows.getLong(1);
        });
    }

    private <T> T query(String sql, Reading<T> reading) {
        long giveUpAt = this.time.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Connection connection = this.database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                return reading.of(rows);
            } catch (SQLException ex) {
                if (this.time.nanoTime() - giveUpAt > 0) {
                    throw new IllegalStateException("The database does not answer: " + sql, ex);
                }
                pause();
            }
        }
    }

    private void pause() {
        try {
            this.time.sleep(PAUSE);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the database is away", ex);
        }
    }

    @FunctionalInterface
    private interface Reading<T> {

        T of(ResultSet rows) throws SQLException;
    }
}
