package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.IdleLimit;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.IncorrectResultSizeDataAccessException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowCallbackHandler;

/** The statements on the outbox table; a subclass for what a product says in its own way. */
abstract class OutboxTable {

    static final String COLUMNS =
            "shard, id, message_id, msg_key, destination, event_type, event_version, content_type, headers, payload, replay_of";

    /** Messages with the states of their keys; the table is {@code m}. */
    static final String SELECT = "SELECT " + COLUMNS.replaceAll("(\\w+)", "m.$1") + """
            , k.state AS key_state, k.replays_after FROM integration_outbox m \
            LEFT JOIN integration_outbox_key_state k \
            ON k.shard = m.shard AND k.destination = m.destination AND k.msg_key = m.msg_key""";

    /**
     * Leaves out rows of {@code m} that must wait, so that they take no room from others. A value and not an EXISTS, of
     * which planners make a join that reads all rows of a shard before it looks at the limit.
     */
    static final String NOT_HELD = """
            NOT COALESCE((SELECT b.state = 'BLOCKED' OR (b.state = 'RELEASING' AND m.replay_of IS NULL \
            AND EXISTS (SELECT 1 FROM integration_outbox r WHERE r.shard = b.shard \
            AND r.destination = b.destination AND r.msg_key = b.msg_key AND r.replay_of IS NOT NULL)) \
            FROM integration_outbox_key_state b \
            WHERE b.shard = m.shard AND b.destination = m.destination AND b.msg_key = m.msg_key), FALSE)""";

    private static final String FIND = SELECT + " WHERE m.shard = ? AND m.id = ?";

    private static final String DELETE_ONE = "DELETE FROM integration_outbox WHERE shard = ? AND id = ?";

    private static final String INSERT = """
            INSERT INTO integration_outbox \
            (shard, message_id, msg_key, destination, event_type, event_version, content_type, headers, payload) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private static final String INSERT_REPLAY = """
            INSERT INTO integration_outbox \
            (shard, message_id, msg_key, destination, event_type, event_version, content_type, headers, payload, \
            replay_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    /** Of messages whose key is not parked: as {@link #INSERT_REPLAY} with the place 0. */
    private static final String INSERT_REPLAYS = """
            INSERT INTO integration_outbox \
            (shard, message_id, msg_key, destination, event_type, event_version, content_type, headers, payload, \
            replay_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)""";

    private static final String ONE_MORE_REPLAY = ", (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)";

    /** What a statement of replays may hold at most, far below what any server takes; one message always goes. */
    private static final int BYTES_PER_INSERT = 1_000_000;

    private static final String ONE_MORE_ROW = ", (?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private static final String LOCK_ALL_KEYS =
            "SELECT setting FROM integration_outbox_meta WHERE name = 'ordering' FOR UPDATE";

    private static final String MESSAGE_IDS =
            "SELECT id, message_id FROM integration_outbox WHERE shard = ? AND id IN (%s)";

    private static final int IDS_PER_SELECT = 500;

    private static final int COLUMNS_OF_INSERT = 9;

    private final int shards;

    private final HeaderCodec headers;

    private final String lockLease;

    OutboxTable(Database database, int shards, HeaderCodec headers) {
        this.shards = shards;
        this.headers = headers;
        this.lockLease = """
                SELECT shard FROM integration_outbox_lease \
                WHERE shard = ? AND owner = ? AND epoch = ? AND expires_at > %s FOR UPDATE""".formatted(database.clock());
    }

    /** The limit is that of transactions the table begins itself. */
    static OutboxTable of(Database database, int shards, HeaderCodec headers, IdleLimit limit) {
        return switch (database) {
            case POSTGRESQL -> new PostgresOutboxTable(shards, headers);
            case MARIADB, MYSQL -> new MySqlOutboxTable(database, shards, headers, limit);
            case H2 -> new H2OutboxTable(shards, headers);
        };
    }

    abstract List<StoredMessage> read(JdbcOperations jdbc, List<OutboxStore.Window> windows, Set<String> paused);

    abstract void delete(JdbcOperations jdbc, List<StoredMessage.Row> rows);

    /** See {@link OutboxStore#deleteForGood}. */
    void deleteForGood(JdbcOperations jdbc, List<StoredMessage.Row> rows) {
        delete(jdbc, rows);
    }

    /** See {@link OutboxStore#messageIds}. */
    Map<Long, String> messageIds(JdbcOperations jdbc, int shard, List<Long> ids) {
        Map<Long, String> found = new HashMap<>();
        for (int from = 0; from < ids.size(); from += IDS_PER_SELECT) {
            List<Long> some = ids.subList(from, Math.min(ids.size(), from + IDS_PER_SELECT));
            List<Object> arguments = new ArrayList<>(some);
            arguments.add(0, shard);
            jdbc.query(
                    MESSAGE_IDS.formatted(String.join(", ", Collections.nCopies(some.size(), "?"))),
                    (RowCallbackHandler) (row) -> found.put(row.getLong(1), required(row.getString(2))),
                    arguments.toArray());
        }
        return found;
    }

    /** See {@link OutboxStore#writers}. */
    OutboxStore.@Nullable Writers writers(JdbcOperations jdbc, Collection<Integer> shards, long beyond) {
        return null;
    }

    /** Two columns: number of rows, age of the oldest in milliseconds or null. */
    abstract String backlogQuery();

    /**
     * Takes a lock for each number until the end of the transaction; whoever holds one of them is waited for. Here one
     * row stands for all of them, so that transactions with keys publish one after the other.
     *
     * @param keys ascending, so that two transactions never wait for each other
     */
    void lockKeys(JdbcOperations jdbc, long[] keys) {
        if (jdbc.queryForList(LOCK_ALL_KEYS, String.class).isEmpty()) {
            throw new IncorrectResultSizeDataAccessException(
                    "Table integration_outbox_meta has no row 'ordering', which integration.outbox.ordering=locked locks;"
                            + " run the script of the outbox again",
                    1,
                    0);
        }
    }

    /** One statement, so that ids follow the order of the list without a gap for another row of the same key. */
    void insert(JdbcOperations jdbc, List<OutboxRecord> records) {
        insert(jdbc, INSERT + ONE_MORE_ROW.repeat(records.size() - 1), records);
    }

    private void insert(JdbcOperations jdbc, String sql, List<OutboxRecord> records) {
        jdbc.update(sql, (PreparedStatement statement) -> {
            for (int row = 0; row < records.size(); row++) {
                set(statement, row * COLUMNS_OF_INSERT, records.get(row));
            }
        });
    }

    /** Appends messages that are replayed and whose keys are not parked, in the order of the list. */
    void insertReplays(JdbcOperations jdbc, List<OutboxRecord> records) {
        int from = 0;
        while (from < records.size()) {
            int to = from;
            long bytes = 0;
            do {
                bytes += records.get(to++).payload().length;
            } while (to < records.size() && bytes + records.get(to).payload().length <= BYTES_PER_INSERT);
            insertSomeReplays(jdbc, records.subList(from, to));
            from = to;
        }
    }

    /** One statement, in the order of the list. */
    void insertSomeReplays(JdbcOperations jdbc, List<OutboxRecord> records) {
        insert(jdbc, INSERT_REPLAYS + ONE_MORE_REPLAY.repeat(records.size() - 1), records);
    }

    void insertReplay(JdbcOperations jdbc, OutboxRecord record, long replayOf) {
        jdbc.update(INSERT_REPLAY, (PreparedStatement statement) -> {
            set(statement, 0, record);
            statement.setLong(COLUMNS_OF_INSERT + 1, replayOf);
        });
    }

    @Nullable
    StoredMessage find(JdbcOperations jdbc, StoredMessage.Row row) {
        List<StoredMessage> found = jdbc.query(FIND, this::map, row.shard(), row.id());
        return found.isEmpty() ? null : found.get(0);
    }

    /** Returns whether the row was there. */
    boolean deleteOne(JdbcOperations jdbc, StoredMessage.Row row) {
        return jdbc.update(DELETE_ONE, row.shard(), row.id()) == 1;
    }

    int shard(OutboxRecord record) {
        return Shards.of(record.key(), record.messageId(), this.shards);
    }

    String headers(OutboxRecord record) {
        return this.headers.write(record);
    }

    private void set(PreparedStatement statement, int before, OutboxRecord record) throws SQLException {
        statement.setInt(before + 1, shard(record));
        statement.setString(before + 2, record.messageId());
        statement.setString(before + 3, record.key());
        statement.setString(before + 4, record.destination());
        statement.setString(before + 5, record.eventType());
        statement.setInt(before + 6, record.eventVersion());
        statement.setString(before + 7, record.contentType());
        statement.setString(before + 8, headers(record));
        statement.setBytes(before + 9, record.payload());
    }

    boolean lockLease(JdbcOperations jdbc, ShardLease lease) {
        return !jdbc.queryForList(this.lockLease, Integer.class, lease.shard(), lease.owner(), lease.epoch())
                .isEmpty();
    }

    /** Maps the columns of {@link #COLUMNS}, by their places. */
    StoredMessage map(ResultSet row, int index) throws SQLException {
        EventAttributes event =
                new EventAttributes(required(row.getString(3)), row.getString(6), row.getInt(7), row.getString(8));
        Map<String, String> headersRead = Collections.emptyMap();
        RuntimeException unreadable = null;
        try {
            headersRead = this.headers.read(required(row.getString(9)), event);
        } catch (RuntimeException ex) {
            unreadable = ex;
        }
        OutboxRecord record = new OutboxRecord(
                event.messageId(),
                required(row.getString(5)),
                row.getString(4),
                event.type(),
                event.version(),
                event.contentType(),
                headersRead,
                required(row.getBytes(10)));
        return new StoredMessage(
                new StoredMessage.Row(row.getInt(1), row.getLong(2)),
                record,
                unreadable,
                row.getObject(11, Long.class),
                keyState(row));
    }

    private static @Nullable KeyState keyState(ResultSet row) throws SQLException {
        String state = row.getString(12);
        return (state != null) ? new KeyState(HeldKey.State.valueOf(state), row.getLong(13)) : null;
    }

    private static <T> T required(@Nullable T value) {
        return Objects.requireNonNull(value);
    }
}
