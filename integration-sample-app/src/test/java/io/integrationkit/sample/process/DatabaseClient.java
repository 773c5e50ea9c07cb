package io.integrationkit.sample.process;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Asks a database that is there all the time, on one connection. Used by one thread. */
public final class DatabaseClient implements AutoCloseable {

    private final Connection connection;

    /**
     * Connects.
     *
     * @param database which one
     * @throws SQLException if there is no connection
     */
    public DatabaseClient(DatabaseServer database) throws SQLException {
        this.connection = database.connect();
    }

    /**
     * Asks.
     *
     * @param sql the question
     * @param reading makes one result of one row
     * @param parameters of the question
     * @param <T> type of a result
     * @return a result for each row, in their order
     * @throws IllegalStateException if the database does not answer
     */
    public <T> List<T> query(String sql, Row<T> reading, Object... parameters) {
        return run(sql, parameters, (statement) -> {
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reading.of(rows));
                }
            }
            return found;
        });
    }

    /**
     * Asks for one number.
     *
     * @param sql the question, with one row for its answer
     * @return the number
     * @throws IllegalStateException if the database does not answer
     */
    public long number(String sql) {
        return query(sql, (row) -> row.getLong(1)).get(0);
    }

    /**
     * Changes something, in a transaction of its own.
     *
     * @param sql the change
     * @throws IllegalStateException if the database does not answer
     */
    public void execute(String sql) {
        run(sql, new Object[0], PreparedStatement::execute);
    }

    private <T> T run(String sql, Object[] parameters, Work<T> work) {
        try (PreparedStatement statement = this.connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return work.with(statement);
        } catch (SQLException ex) {
            throw new IllegalStateException("The database does not answer: " + sql, ex);
        }
    }

    /** Disconnects. */
    @Override
    public void close() throws SQLException {
        this.connection.close();
    }

    /**
     * Reads a row.
     *
     * @param <T> what it makes of it
     */
    @FunctionalInterface
    public interface Row<T> {

        /**
         * Reads the row at which the rows stand.
         *
         * @param row the rows; stays where it is
         * @return what is in it
         * @throws SQLException if it cannot be read
         */
        T of(ResultSet row) throws SQLException;
    }

    @FunctionalInterface
    private interface Work<T> {

        T with(PreparedStatement statement) throws SQLException;
    }
}
