package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.JdbcOperations;

/** The outbox table on H2: a query a shard, since it has no lateral join; it runs in the same process. */
final class H2OutboxTable extends OutboxTable {

    private static final String READ = SELECT + " WHERE m.shard = ? AND m.id > ? AND " + NOT_HELD;

    private static final String DELETE = "DELETE FROM integration_outbox WHERE shard = ? AND id = ?";

    private static final String BACKLOG = """
            SELECT count(*), DATEDIFF(MILLISECOND, min(created_at), current_timestamp(9)) FROM integration_outbox""";

    H2OutboxTable(int shards, HeaderCodec headers) {
        super(Database.H2, shards, headers);
    }

    @Override
    List<StoredMessage> read(JdbcOperations jdbc, List<OutboxStore.Window> windows, Set<String> paused) {
        List<StoredMessage> messages = new ArrayList<>();
        for (OutboxStore.Window window : windows) {
            List<Object> arguments = new ArrayList<>();
            arguments.add(window.shard());
            arguments.add(window.after());
            String sql = READ + notIn(paused, arguments) + notSkipped(window, arguments) + " ORDER BY m.id LIMIT ?";
            arguments.add(window.limit());
            messages.addAll(jdbc.query(sql, this::map, arguments.toArray()));
            if (messages.stream().mapToLong(StoredMessage::bytes).sum() >= OutboxStore.MOST_BYTES) {
                break;
            }
        }
        return messages;
    }

    private static String notIn(Set<String> paused, List<Object> arguments) {
        if (paused.isEmpty()) {
            return "";
        }
        arguments.addAll(paused);
        return " AND m.destination NOT IN (" + String.join(", ", Collections.nCopies(paused.size(), "?")) + ")";
    }

    private static String notSkipped(OutboxStore.Window window, List<Object> arguments) {
        if (window.skippedKey() == null) {
            return "";
        }
        arguments.add(window.skippedKey());
        return " AND m.msg_key IS DISTINCT FROM ?";
    }

    @Override
    void delete(JdbcOperations jdbc, List<StoredMessage.Row> rows) {
        jdbc.batchUpdate(
                DELETE,
                rows.stream().map((row) -> new Object[] {row.shard(), row.id()}).toList());
    }

    @Override
    String backlogQuery() {
        return BACKLOG;
    }
}
