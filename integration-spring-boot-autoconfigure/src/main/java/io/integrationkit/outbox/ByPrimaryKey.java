package io.integrationkit.outbox;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.jdbc.core.PreparedStatementSetter;
import org.springframework.jdbc.core.RowMapper;

/**
 * Runs statements on PostgreSQL that find rows by the primary key, whatever the planner believes of the table.
 *
 * <p>A table that holds what is owed is empty one moment and holds a million rows the next. A plan that was made when
 * it was empty, and kept, or one made from what a VACUUM of the drained table noted, reads all of it: seconds for each
 * statement instead of two milliseconds, at the very time when there is a backlog, until statistics are taken again. So
 * scans of other kinds are disabled, in a statement before it that takes no round trip of its own: the driver sends both
 * at once, which the server runs as one transaction, and plans the second when the first has run.
 */
final class ByPrimaryKey {

    private static final String SETTINGS =
            "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)";

    private ByPrimaryKey() {}

    static <T> List<T> query(JdbcOperations jdbc, String sql, PreparedStatementSetter parameters, RowMapper<T> mapper) {
        PreparedStatementCallback<List<T>> query = (statement) -> {
            parameters.setValues(statement);
            statement.execute();
            statement.getMoreResults();
            return all(statement.getResultSet(), mapper);
        };
        return jdbc.execute(before(sql), query);
    }

    private static <T> List<T> all(ResultSet rows, RowMapper<T> mapper) throws SQLException {
        List<T> all = new ArrayList<>();
        while (rows.next()) {
            all.add(mapper.mapRow(rows, all.size()));
        }
        return all;
    }

    /**
     * Changes rows.
     *
     * @param setting what is to hold for the transaction besides, as an expression
     */
    static void update(JdbcOperations jdbc, String setting, String sql, PreparedStatementSetter parameters) {
        PreparedStatementCallback<Boolean> update = (statement) -> {
            parameters.setValues(statement);
            return statement.execute();
        };
        jdbc.execute(before(setting, sql), update);
    }

    /** The statement with what is to run before it. */
    static String before(String sql) {
        return SETTINGS + "; " + sql;
    }

    /** The statement with what is to run before it, and one more setting. */
    static String before(String setting, String sql) {
        return SETTINGS + ", " + setting + "; " + sql;
    }
}
