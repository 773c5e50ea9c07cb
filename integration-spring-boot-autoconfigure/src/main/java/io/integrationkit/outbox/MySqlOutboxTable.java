package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.LockConflicts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The outbox table on MariaDB and MySQL: one round trip for all shards, by one limited range of the primary key each.
 * Rows are deleted by their whole primary key, which locks them and nothing between them.
 */
final class MySqlOutboxTable extends OutboxTable {

    private static final String READ = SELECT + " WHERE m.shard = ? AND " + NOT_HELD;

    private static final String BACKLOG = """
            SELECT count(*), timestampdiff(microsecond, min(created_at), utc_timestamp(6)) DIV 1000 \
            FROM integration_outbox""";

    /** Beyond this the optimizers may give up on ranges and read the whole table. */
    private static final int ROWS_PER_DELETE = 512;

    private static final Comparator<StoredMessage.Row> PRIMARY_KEY =
            Comparator.comparingInt(StoredMessage.Row::shard).thenComparingLong(StoredMessage.Row::id);

    private final Database database;

    MySqlOutboxTable(Database database, int shards, HeaderCodec headers) {
        super(database, shards, headers);
        this.database = database;
    }

    @Override
    List<StoredMessage> read(JdbcOperations jdbc, List<OutboxStore.Window> windows, Set<String> paused) {
        if (windows.isEmpty()) {
            return Collections.emptyList();
        }
        StringJoiner sql = new StringJoiner(") UNION ALL (", "(", ")");
        List<@Nullable Object> arguments = new ArrayList<>();
        for (OutboxStore.Window window : windows) {
            sql.add(READ + notIn(paused) + ((window.skippedKey() != null) ? " AND NOT (m.msg_key <=> ?)" : "")
                    + " ORDER BY m.id LIMIT ?");
            arguments.add(window.shard());
            arguments.addAll(paused);
            if (window.skippedKey() != null) {
                arguments.add(window.skippedKey());
            }
            arguments.add(window.limit());
        }
        List<StoredMessage> messages = new ArrayList<>(jdbc.query(sql.toString(), this::map, arguments.toArray()));
        messages.sort(Comparator.comparing(StoredMessage::row, PRIMARY_KEY));
        return messages;
    }

    private static String notIn(Set<String> paused) {
        return paused.isEmpty() ? "" : " AND m.destination NOT IN (" + parameters(paused.size()) + ")";
    }

    @Override
    void delete(JdbcOperations jdbc, List<StoredMessage.Row> rows) {
        for (int from = 0; from < rows.size(); from += ROWS_PER_DELETE) {
            List<StoredMessage.Row> some = rows.subList(from, Math.min(rows.size(), from + ROWS_PER_DELETE));
            LockConflicts.retried(this.database, () -> deleteSome(jdbc, some));
        }
    }

    private static int deleteSome(JdbcOperations jdbc, List<StoredMessage.Row> rows) {
        Map<Integer, List<Long>> idsByShard = rows.stream()
                .sorted(PRIMARY_KEY)
                .collect(Collectors.groupingBy(
                        StoredMessage.Row::shard,
                        TreeMap::new,
                        Collectors.mapping(StoredMessage.Row::id, Collectors.toList())));
        StringJoiner sql = new StringJoiner(" OR ", "DELETE FROM integration_outbox WHERE ", "");
        List<Object> arguments = new ArrayList<>();
        idsByShard.forEach((shard, ids) -> {
            int padded = powerOfTwo(ids.size());
            sql.add("shard = ? AND id IN (" + parameters(padded) + ")");
            arguments.add(shard);
            arguments.addAll(ids);
            arguments.addAll(Collections.nCopies(padded - ids.size(), ids.get(ids.size() - 1)));
        });
        return jdbc.update(sql.toString(), arguments.toArray());
    }

    /** So that drivers that keep prepared statements keep few of them. */
    private static int powerOfTwo(int atLeast) {
        int highest = Integer.highestOneBit(atLeast);
        return (highest == atLeast) ? atLeast : highest * 2;
    }

    private static String parameters(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    @Override
    String backlogQuery() {
        return BACKLOG;
    }
}
