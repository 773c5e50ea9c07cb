package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowCallbackHandler;

/** The outbox table on PostgreSQL: one round trip for all shards, by arrays. */
final class PostgresOutboxTable extends OutboxTable {

    private static final String READ = """
            SELECT o.*, k.state AS key_state, k.replays_after FROM unnest(?::smallint[], ?::integer[], ?::text[]) AS w(shard, up_to, skipped)
            CROSS JOIN LATERAL (
                SELECT %s FROM integration_outbox m
                WHERE m.shard = w.shard AND m.destination <> ALL (?::text[])
                  AND (w.skipped IS NULL OR m.msg_key IS DISTINCT FROM w.skipped)
                  AND %s
                ORDER BY m.id LIMIT w.up_to
            ) AS o
            LEFT JOIN integration_outbox_key_state k
                ON k.shard = o.shard AND k.destination = o.destination AND k.msg_key = o.msg_key
            ORDER BY o.shard, o.id""".formatted(COLUMNS.replaceAll("(\\w+)", "m.$1"), NOT_HELD);

    private static final String DELETE = """
            DELETE FROM integration_outbox o USING unnest(?::smallint[], ?::bigint[]) AS d(shard, id) \
            WHERE o.shard = d.shard AND o.id = d.id""";

    private static final String BACKLOG = """
            SELECT count(*), (extract(epoch FROM clock_timestamp() - min(created_at)) * 1000)::bigint \
            FROM integration_outbox""";

    /** A function scan gives its rows in the order of the array. */
    private static final String LOCK_KEYS = "SELECT pg_advisory_xact_lock(k) FROM unnest(?::bigint[]) AS k";

    PostgresOutboxTable(int shards, HeaderCodec headers) {
        super(Database.POSTGRESQL, shards, headers);
    }

    @Override
    List<StoredMessage> read(JdbcOperations jdbc, List<OutboxStore.Window> windows, Set<String> paused) {
        return jdbc.query(
                READ,
                (PreparedStatement statement) -> {
                    setArray(
                            statement,
                            1,
                            "int2",
                            windows.stream().map(OutboxStore.Window::shard).toArray());
                    setArray(
                            statement,
                            2,
                            "int4",
                            windows.stream().map(OutboxStore.Window::limit).toArray());
                    setArray(
                            statement,
                            3,
                            "text",
                            windows.stream().map(OutboxStore.Window::skippedKey).toArray());
                    setArray(statement, 4, "text", paused.toArray());
                },
                this::map);
    }

    /** Advisory locks leave nothing behind, need no row, and are freed after the commit can be seen by others. */
    @Override
    void lockKeys(JdbcOperations jdbc, long[] keys) {
        jdbc.query(
                LOCK_KEYS,
                (PreparedStatement statement) -> setArray(
                        statement, 1, "int8", Arrays.stream(keys).boxed().toArray()),
                (RowCallbackHandler) (row) -> {});
    }

    @Override
    void delete(JdbcOperations jdbc, List<StoredMessage.Row> rows) {
        jdbc.update(DELETE, (PreparedStatement statement) -> {
            setArray(
                    statement,
                    1,
                    "int2",
                    rows.stream().map(StoredMessage.Row::shard).toArray());
            setArray(
                    statement,
                    2,
                    "int8",
                    rows.stream().map(StoredMessage.Row::id).toArray());
        });
    }

    private static void setArray(PreparedStatement statement, int index, String type, Object[] values)
            throws SQLException {
        Array array = statement.getConnection().createArrayOf(type, values);
        statement.setArray(index, array);
    }

    @Override
    String backlogQuery() {
        return BACKLOG;
    }
}
