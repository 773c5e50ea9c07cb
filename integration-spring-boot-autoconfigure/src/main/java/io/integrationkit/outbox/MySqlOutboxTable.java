package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.IdleLimit;
import io.integrationkit.jdbc.LockConflicts;
import io.integrationkit.jdbc.MySqlTransaction;
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
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The outbox table on MariaDB and MySQL: one round trip for all shards, by one limited range of the primary key each.
 * Rows are deleted by their whole primary key, which locks them and nothing between them.
 */
final class MySqlOutboxTable extends OutboxTable {

    private static final String READ = SELECT + " WHERE m.shard = ? AND m.id > ? AND " + NOT_HELD;

    private static final String BACKLOG = """
            SELECT count(*), timestampdiff(microsecond, min(created_at), utc_timestamp(6)) DIV 1000 \
            FROM integration_outbox""";

    private static final String DELETE = "DELETE FROM integration_outbox WHERE shard = ? AND id IN (";

    /** Far below what makes the optimizers give up on ranges and read the whole table. */
    private static final int ROWS_PER_DELETE = 128;

    private static final Comparator<StoredMessage.Row> PRIMARY_KEY =
            Comparator.comparingInt(StoredMessage.Row::shard).thenComparingLong(StoredMessage.Row::id);

    private final Database database;

    private final IdleLimit limit;

    MySqlOutboxTable(Database database, int shards, HeaderCodec headers, IdleLimit limit) {
        super(database, shards, headers);
        this.database = database;
        this.limit = limit;
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
            arguments.add(window.after());
            arguments.addAll(paused);
            if (window.skippedKey() != null) {
                arguments.add(window.skippedKey());
            }
            arguments.add(window.limit());
        }
        return jdbc.query(sql.toString(), this::map, arguments.toArray()).stream()
                .sorted(Comparator.comparing(StoredMessage::row, PRIMARY_KEY))
                .toList();
    }

    private static String notIn(Set<String> paused) {
        return paused.isEmpty() ? "" : " AND m.destination NOT IN (" + parameters(paused.size()) + ")";
    }

    /**
     * A statement for some rows of one shard: one for rows of many shards costs the optimizers far more than the rows
     * themselves do. Those that look the same are one batch, which drivers send without waiting in between.
     */
    @Override
    void delete(JdbcOperations jdbc, List<StoredMessage.Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Map<Integer, List<Object[]>> argumentsBySize = new TreeMap<>();
        rows.stream()
                .collect(Collectors.groupingBy(StoredMessage.Row::shard, TreeMap::new, Collectors.toList()))
                .forEach((shard, ofShard) -> {
                    for (int from = 0; from < ofShard.size(); from += ROWS_PER_DELETE) {
                        List<StoredMessage.Row> some =
                                ofShard.subList(from, Math.min(ofShard.size(), from + ROWS_PER_DELETE));
                        Object[] arguments = arguments(shard, some);
                        argumentsBySize
                                .computeIfAbsent(arguments.length - 1, (size) -> new ArrayList<>())
                                .add(arguments);
                    }
                });
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            deleteTogether(jdbc, argumentsBySize);
        } else {
            LockConflicts.retried(this.database, () -> deleteTogether(jdbc, argumentsBySize));
        }
    }

    /** A transaction waits for the disk once; a single statement needs none, and no trips for its begin and end. */
    private Integer deleteTogether(JdbcOperations jdbc, Map<Integer, List<Object[]>> argumentsBySize) {
        long statements =
                argumentsBySize.values().stream().mapToLong(List::size).sum();
        return (statements == 1)
                ? MySqlTransaction.runOne(jdbc, (one) -> delete(one, argumentsBySize))
                : MySqlTransaction.run(jdbc, this.limit, (transaction) -> delete(transaction, argumentsBySize));
    }

    private static Integer delete(JdbcOperations jdbc, Map<Integer, List<Object[]>> argumentsBySize) {
        argumentsBySize.forEach((size, arguments) -> jdbc.batchUpdate(DELETE + parameters(size) + ")", arguments));
        return argumentsBySize.size();
    }

    /** The shard and its ids, the last one repeated up to a power of two, so that there are few different statements. */
    private static Object[] arguments(int shard, List<StoredMessage.Row> rows) {
        int highest = Integer.highestOneBit(rows.size());
        int padded = (highest == rows.size()) ? highest : highest * 2;
        Object[] arguments = new Object[padded + 1];
        arguments[0] = shard;
        for (int index = 0; index < padded; index++) {
            arguments[index + 1] = rows.get(Math.min(index, rows.size() - 1)).id();
        }
        return arguments;
    }

    private static String parameters(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    @Override
    String backlogQuery() {
        return BACKLOG;
    }
}
