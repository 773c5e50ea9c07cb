package io.integrationkit.deduplicate;

import io.integrationkit.jdbc.JdbcAccess;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.jdbc.core.ConnectionCallback;

/**
 * Receives batches in a database, in the active transaction. PostgreSQL and MariaDB insert all rows by one statement and
 * give back those that were not there; MySQL cannot tell which ones those are, so it gets a statement for each message,
 * as does H2, to which there is no way.
 *
 * <p>Rows are inserted in the order of their keys. A transaction so waits only for others that are further on than
 * itself, which excludes deadlocks between batches; also at REPEATABLE READ, where a row that exists is locked on MariaDB
 * together with the gap before it, in which nothing more is to be inserted. A transaction that receives two batches has
 * no such order.
 */
final class JdbcInboxBatches {

    /** The driver sends parameters with 16-bit numbers. */
    private static final int MARIADB_ROWS = 1_000;

    private static final String RETURNING = " returning consumer, source, message_id";

    private static final String POSTGRES =
            "insert into " + JdbcInbox.TABLE + " (consumer, source, message_id, received_at)"
                    + " select c, s, m, clock_timestamp() from unnest(?, ?, ?) as batch (c, s, m)"
                    + " on conflict do nothing" + RETURNING;

    private final JdbcAccess access;

    private final String insert;

    private final String insertMany;

    private final String values;

    JdbcInboxBatches(JdbcAccess access, String insert) {
        this.access = access;
        this.insert = insert;
        int values = insert.indexOf("(?");
        // A value that is too long would be cut off, but what is stored never is.
        this.insertMany = insert.substring(0, values).replaceFirst("insert", "insert ignore");
        this.values = insert.substring(values);
    }

    Map<MessageIdentity, Arrival> receive(Collection<MessageIdentity> messages) {
        Map<MessageIdentity, Arrival> arrivals = new LinkedHashMap<>();
        Map<InboxRow, MessageIdentity> rows = new HashMap<>();
        for (MessageIdentity message : messages) {
            arrivals.put(message, Arrival.DUPLICATE);
            rows.putIfAbsent(InboxRow.of(message), message);
        }
        if (!rows.isEmpty()) {
            insert(rows.keySet().stream().sorted().toList())
                    .forEach((row) -> arrivals.put(rows.get(row), Arrival.FIRST));
        }
        return arrivals;
    }

    /** Returns the rows that were not there. */
    private List<InboxRow> insert(List<InboxRow> sorted) {
        return switch (this.access.database()) {
            case POSTGRESQL -> execute((connection) -> onPostgres(connection, sorted));
            case MARIADB -> onMariaDb(sorted);
            case MYSQL, H2 -> oneByOne(sorted);
        };
    }

    private List<InboxRow> execute(ConnectionCallback<List<InboxRow>> work) {
        List<InboxRow> inserted = this.access.jdbc().execute(work);
        return (inserted != null) ? inserted : List.of();
    }

    private static List<InboxRow> onPostgres(Connection connection, List<InboxRow> sorted) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(POSTGRES)) {
            statement.setArray(1, connection.createArrayOf("text", column(sorted, InboxRow::consumer)));
            statement.setArray(2, connection.createArrayOf("text", column(sorted, InboxRow::source)));
            statement.setArray(3, connection.createArrayOf("text", column(sorted, InboxRow::id)));
            return inserted(statement);
        }
    }

    /** Of texts, which the driver need not turn into the literal of an array. */
    private static String[] column(List<InboxRow> rows, Function<InboxRow, String> column) {
        String[] values = new String[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return values;
    }

    private List<InboxRow> onMariaDb(List<InboxRow> sorted) {
        List<InboxRow> inserted = new ArrayList<>();
        for (int from = 0; from < sorted.size(); from += MARIADB_ROWS) {
            List<InboxRow> some = sorted.subList(from, Math.min(sorted.size(), from + MARIADB_ROWS));
            inserted.addAll(execute((connection) -> onMariaDb(connection, some)));
        }
        return inserted;
    }

    private List<InboxRow> onMariaDb(Connection connection, List<InboxRow> sorted) throws SQLException {
        String sql = this.insertMany + String.join(", ", Collections.nCopies(sorted.size(), this.values)) + RETURNING;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int parameter = 1;
            for (InboxRow row : sorted) {
                statement.setString(parameter++, row.consumer());
                statement.setString(parameter++, row.source());
                statement.setString(parameter++, row.id());
            }
            return inserted(statement);
        }
    }

    private static List<InboxRow> inserted(PreparedStatement statement) throws SQLException {
        List<InboxRow> inserted = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                inserted.add(new InboxRow(rows.getString(1), rows.getString(2), rows.getString(3)));
            }
        }
        return inserted;
    }

    private List<InboxRow> oneByOne(List<InboxRow> sorted) {
        List<InboxRow> inserted = new ArrayList<>();
        for (InboxRow row : sorted) {
            if (this.access
                    .database()
                    .insertIfAbsent(this.access.jdbc(), this.insert, row.consumer(), row.source(), row.id())) {
                inserted.add(row);
            }
        }
        return inserted;
    }
}
