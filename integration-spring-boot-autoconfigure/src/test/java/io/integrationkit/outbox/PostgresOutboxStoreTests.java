package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.IdleLimit;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.Trap;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PostgresOutboxStoreTests extends JdbcOutboxStoreContract {

    private static final String ONE_ROW = """
            INSERT INTO integration_outbox (shard, message_id, destination, event_version, headers, payload)\
             VALUES (1, 'x', 'orders', 1, '{}', '')""";

    private static final String TYPES_OF_READ = "smallint[], integer[], bigint[], text[], text[], bigint";

    /** A bitmap would fetch all rows of a shard before the limit of the window is looked at. */
    private static final String ORDERED = "Index( Only)? Scan( Backward)?";

    private static final String ALL_SHARDS = array("smallint", 64, (i) -> "" + i);

    private static final String READ_OF_ALL = String.join(
            ", ",
            ALL_SHARDS,
            array("integer", 64, (i) -> "7"),
            array("bigint", 64, (i) -> "0"),
            array("text", 64, (i) -> "NULL"),
            "'{}'",
            "16000000");

    private static final String FIRST_ROWS =
            array("smallint", 500, (i) -> "" + (i + 1) % 64) + ", " + array("bigint", 500, (i) -> "" + (i + 1));

    PostgresOutboxStoreTests() {
        super(PostgresDatabase.access());
    }

    @Test
    void whoWroteIsAWriterUntilTheEndOfItsTransaction() throws SQLException {
        try (Connection writer = connection();
                Connection reader = connection()) {
            execute(reader, "SELECT count(*) FROM integration_outbox");
            assertThat(writers().open()).isEmpty();
            execute(writer, ONE_ROW);
            Set<String> open = writers().open();
            assertThat(open).hasSize(1);
            writer.commit();
            assertThat(writers().open()).isEmpty();
            assertThat(writers().lastId()).isEqualTo(1);
            execute(writer, ONE_ROW);
            assertThat(writers().open()).hasSize(1).doesNotContainAnyElementsOf(open);
            writer.rollback();
            assertThat(writers().open()).isEmpty();
            assertThat(opened().writers(List.of(1), 1)).isEqualTo(new OutboxStore.Writers(0, Set.of(), Set.of()));
        }
    }

    @Test
    void readEndsOnceItHasEnoughBytes() {
        int size = 1_000_000;
        List<OutboxRecord> records = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            records.add(new OutboxRecord("m" + i, "orders", "a", null, 1, null, Map.of(), new byte[size]));
        }
        opened().append(records);
        List<StoredMessage> read = opened().read(Outboxes.everything(100), Set.of());
        assertThat(OutboxStoreContract.ids(read))
                .containsExactlyElementsOf(
                        IntStream.range(0, 17).mapToObj((i) -> "m" + i).toList());
        assertThat(read.stream().mapToLong(StoredMessage::bytes).sum()).isGreaterThanOrEqualTo(OutboxStore.MOST_BYTES);
    }

    @Test
    void deleteIsCommittedOnAConnectionThatDoesNotCommitByItself() throws SQLException {
        opened().append(List.of(Outboxes.record("1", "a")));
        List<StoredMessage> read = opened().read(Outboxes.everything(1), Set.of());
        SingleConnectionDataSource manual = new SingleConnectionDataSource(connection(), true);
        JdbcAccess withoutAutoCommit = new JdbcAccess(manual, new JdbcTransactionManager(manual), Database.POSTGRESQL);
        Outboxes.store(withoutAutoCommit, Outboxes.spec(), this::deadLetters)
                .delete(List.of(read.get(0).row()));
        assertThat(opened().read(Outboxes.everything(1), Set.of())).isEmpty();
        manual.destroy();
    }

    /** The planner is misled by old statistics as by new ones; whatever it believes, a read takes what it asked for. */
    @ParameterizedTest
    @EnumSource
    @Trap(8)
    void statementsUseThePrimaryKeyWhateverTheStatisticsSay(Statistics statistics) {
        access().jdbc().execute((ConnectionCallback<Void>) (connection) -> {
            execute(connection, "ALTER TABLE integration_outbox SET (autovacuum_enabled = false)");
            execute(connection, "ALTER TABLE integration_outbox_key_state SET (autovacuum_enabled = false)");
            for (String mode : List.of("force_generic_plan", "force_custom_plan")) {
                execute(connection, "SET plan_cache_mode = " + mode);
                execute(connection, "TRUNCATE integration_outbox, integration_outbox_key_state RESTART IDENTITY");
                execute(connection, "DEALLOCATE ALL");
                List<Planned> statements = planned();
                for (Planned statement : statements) {
                    execute(connection, statement.preparation());
                }
                fill(connection, statistics, statements);
                for (Planned statement : statements) {
                    assertPrimaryKey(connection, statement);
                }
            }
            execute(connection, "RESET plan_cache_mode");
            execute(connection, "DEALLOCATE ALL");
            return null;
        });
        assertThat(opened().read(Outboxes.everything(50), Set.of())).hasSize(50 * Outboxes.SHARDS);
    }

    private static List<Planned> planned() {
        return List.of(
                new Planned("READ", TYPES_OF_READ, PostgresOutboxTable.READ, READ_OF_ALL, ORDERED, 7 * 64),
                new Planned(
                        "READ_ALL",
                        "smallint[], integer[], bigint[], text[], bigint",
                        PostgresOutboxTable.READ_ALL,
                        READ_OF_ALL.replace("'{}', ", ""),
                        ORDERED,
                        7 * 64),
                new Planned(
                        "DELETION",
                        "smallint[], bigint[]",
                        PostgresOutboxTable.DELETE,
                        FIRST_ROWS,
                        "(Index|Tid) Scan",
                        500),
                new Planned(
                        "LAST_ID", "smallint[], bigint", PostgresOutboxTable.LAST_ID, ALL_SHARDS + ", 5", ORDERED, 64));
    }

    private static void fill(Connection connection, Statistics statistics, List<Planned> statements)
            throws SQLException {
        switch (statistics) {
            case NONE_BUT_A_PLAN -> {
                for (Planned statement : statements) {
                    explained(connection, "FORMAT JSON", statement.name(), statement.arguments());
                }
            }
            case OF_EMPTY_TABLES -> execute(connection, "ANALYZE integration_outbox");
            case OF_A_DRAINED_TABLE -> {
                fill(connection, "i % 1000");
                execute(connection, "DELETE FROM integration_outbox");
                execute(connection, "VACUUM (ANALYZE, TRUNCATE FALSE) integration_outbox");
                execute(connection, "ALTER TABLE integration_outbox ALTER id RESTART");
            }
            default -> {}
        }
        fill(connection, (statistics == Statistics.OF_ONE_KEY) ? "'k'" : "i % 1000");
        if (statistics == Statistics.OF_HELD_KEYS) {
            execute(connection, """
                    INSERT INTO integration_outbox_key_state\
                     SELECT i % 64, 'orders', 'held' || i, 'BLOCKED', i, i, 'PERMANENT', '', 0, now()\
                     FROM generate_series(1, 5000) i""");
        }
        if (statistics.ofMessages) {
            execute(connection, "ANALYZE integration_outbox");
        }
        if (statistics.ofKeys) {
            execute(connection, "ANALYZE integration_outbox_key_state");
        }
    }

    private static void fill(Connection connection, String key) throws SQLException {
        execute(connection, """
                INSERT INTO integration_outbox\
                 (shard, message_id, msg_key, destination, event_version, headers, payload)\
                 SELECT i %% 64, i, %s, 'orders', 1, '{}', repeat('x', 300)::bytea\
                 FROM generate_series(1, 100000) i""".formatted(key));
    }

    /** What was analyzed last, and when. */
    enum Statistics {

        /** The plans of the empty table are kept. */
        NONE_BUT_A_PLAN(false, false),
        OF_EMPTY_TABLES(false, false),

        /** Which has as many pages as before it was drained, and as the planner believes no row. */
        OF_A_DRAINED_TABLE(false, false),
        OF_MESSAGES(true, false),
        OF_ONE_KEY(true, false),
        OF_ALL_TABLES(true, true),
        OF_HELD_KEYS(true, true);

        private final boolean ofMessages;

        private final boolean ofKeys;

        Statistics(boolean ofMessages, boolean ofKeys) {
            this.ofMessages = ofMessages;
            this.ofKeys = ofKeys;
        }
    }

    /**
     * A statement of the store.
     *
     * @param scan what may read the table
     * @param rows how many rows it may read at most
     */
    private record Planned(String name, String types, String sql, String arguments, String scan, int rows) {

        String preparation() {
            String numbered = this.sql;
            for (int i = 1; numbered.contains("?"); i++) {
                numbered = numbered.replaceFirst("\\?", "\\$" + i);
            }
            return "PREPARE " + this.name + "(" + this.types + ") AS " + numbered;
        }
    }

    /** As long as somebody may still want to see them, rows that were deleted stay where reads from the lowest id look. */
    @Test
    @Trap(8)
    void deletedRowsThatAnOldTransactionMayStillSeeCostAReadBehindTheMarkNothing() throws SQLException {
        try (Connection old = connection();
                Connection relay = connection()) {
            relay.setAutoCommit(true);
            execute(relay, "ALTER TABLE integration_outbox SET (autovacuum_enabled = false)");
            execute(relay, "ANALYZE integration_outbox");
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            execute(old, "SELECT count(*) FROM integration_outbox");
            deliver(relay, 20_000);
            long fromTheLowestId = blocksOfARead(relay, 0);
            long behindTheMark = blocksOfARead(relay, 20_000);
            deliver(relay, 60_000);
            assertThat(blocksOfARead(relay, 0)).isGreaterThan(fromTheLowestId * 2);
            assertThat(blocksOfARead(relay, 80_000)).isLessThanOrEqualTo(behindTheMark + 64);
            old.rollback();
        }
    }

    private static void deliver(Connection connection, int count) throws SQLException {
        execute(connection, """
                INSERT INTO integration_outbox\
                 (shard, message_id, msg_key, destination, event_version, headers, payload)\
                 SELECT i %% 64, i, i %% 1000, 'orders', 1, '{}', repeat('x', 300)::bytea\
                 FROM generate_series(1, %d) i""".formatted(count));
        execute(connection, "DELETE FROM integration_outbox");
    }

    private static long blocksOfARead(Connection connection, long after) throws SQLException {
        String behind = String.join(
                ", ",
                ALL_SHARDS,
                array("integer", 64, (i) -> "7"),
                array("bigint", 64, (i) -> "" + after),
                array("text", 64, (i) -> "NULL"),
                "'{}'",
                "16000000");
        Planned read = new Planned("READ", TYPES_OF_READ, PostgresOutboxTable.READ, behind, ORDERED, 7 * 64);
        execute(connection, "DEALLOCATE ALL");
        execute(connection, read.preparation());
        JsonNode plan = explained(connection, "FORMAT JSON, ANALYZE, BUFFERS", read.name(), read.arguments())
                .get(0)
                .path("Plan");
        return plan.path("Shared Hit Blocks").asLong()
                + plan.path("Shared Read Blocks").asLong();
    }

    private static String array(String type, int size, IntFunction<String> element) {
        return "'{" + IntStream.range(0, size).mapToObj(element).collect(Collectors.joining(",")) + "}'::" + type
                + "[]";
    }

    private static void assertPrimaryKey(Connection connection, Planned statement) throws SQLException {
        JsonNode plan = explained(connection, "FORMAT JSON, ANALYZE", statement.name(), statement.arguments());
        List<JsonNode> scans = plan.findParents("Relation Name").stream()
                .filter((node) -> node.path("Relation Name").asString().equals("integration_outbox"))
                .filter((node) -> !node.path("Node Type").asString().equals("ModifyTable"))
                .filter((node) -> !node.path("Index Name").asString("").equals("integration_outbox_replay"))
                .toList();
        assertThat(scans).as(plan.toPrettyString()).isNotEmpty().allSatisfy((node) -> {
            assertThat(node.path("Node Type").asString()).matches(statement.scan());
            assertThat(node.path("Rows Removed by Filter").asLong()).isZero();
            assertThat(node.path("Actual Rows").asDouble()
                            * node.path("Actual Loops").asLong())
                    .isLessThanOrEqualTo(statement.rows());
        });
        List<JsonNode> primaryKey = plan.findParents("Index Name").stream()
                .filter((node) -> node.path("Index Name").asString().equals("integration_outbox_pkey"))
                .toList();
        List<JsonNode> notByPlace = scans.stream()
                .filter((node) -> !node.path("Node Type").asString().equals("Tid Scan"))
                .toList();
        assertThat(primaryKey).isNotEmpty().hasSameSizeAs(notByPlace).allSatisfy((node) -> {
            assertThat(node.path("Index Cond").asString()).contains("shard =", "id ");
        });
    }

    /** As the store runs it: after its settings, in one transaction. */
    private static JsonNode explained(Connection connection, String options, String name, String arguments)
            throws SQLException {
        String explain = "EXPLAIN (" + options + ") EXECUTE " + name + "(" + arguments + ")";
        try (Statement statement = connection.createStatement()) {
            statement.execute(ByPrimaryKey.before(explain));
            statement.getMoreResults();
            ResultSet rows = statement.getResultSet();
            rows.next();
            return JsonMapper.shared().readTree(Objects.requireNonNull(rows.getString(1)));
        }
    }

    private OutboxStore.Writers writers() {
        return Objects.requireNonNull(opened().writers(List.of(0, 1, 2), 0));
    }

    private Connection connection() throws SQLException {
        Connection connection = Objects.requireNonNull(access().dataSource()).getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void deleteForGoodWaitsForTheDiskEvenWhereTheServerDoesNotByDefault() {
        JdbcOperations jdbc = access().jdbc();
        jdbc.execute("CREATE TABLE deleted_with (setting text)");
        jdbc.execute(
                "CREATE FUNCTION note_setting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO deleted_with"
                        + " VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$");
        jdbc.execute("CREATE TRIGGER note_setting AFTER DELETE ON integration_outbox EXECUTE FUNCTION note_setting()");
        OutboxTable table = OutboxTable.of(
                Database.POSTGRESQL,
                Outboxes.SHARDS,
                new HeaderCodec(Outboxes.CODEC),
                new IdleLimit(Database.POSTGRESQL, Duration.ofSeconds(15)));
        List<StoredMessage.Row> rows = List.of(new StoredMessage.Row(0, 1));
        jdbc.execute((Connection connection) -> {
            JdbcOperations one = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            table.delete(one, rows);
            table.deleteForGood(one, rows);
            one.execute("SET synchronous_commit = off");
            table.deleteForGood(one, rows);
            one.execute("SET synchronous_commit = local");
            table.deleteForGood(one, rows);
            one.execute("RESET synchronous_commit");
            return null;
        });
        assertThat(jdbc.queryForList("SELECT setting FROM deleted_with", String.class))
                .containsExactly("off", "on", "on", "local");
        jdbc.execute("DROP TRIGGER note_setting ON integration_outbox");
    }
}
