package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.testsupport.Trap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of outgoing messages promises the relay. */
abstract class OutboxStoreContract {

    private static final Failure REFUSED = Failure.of(FailureCategory.PERMANENT);

    private boolean deadLettersFail;

    private DeadLetters deadLetters = unset();

    private OutboxStore store = unset();

    private ShardLeases leases = unset();

    @BeforeEach
    void open() {
        this.deadLetters = deadLetters();
        this.store = store(() -> {
            if (this.deadLettersFail) {
                throw new IllegalStateException("dead letters fail");
            }
            return this.deadLetters;
        });
        this.leases = leases();
        this.leases.prepare();
        this.leases.renew();
    }

    abstract DeadLetters deadLetters();

    abstract OutboxStore store(Supplier<DeadLetters> usedDeadLetters);

    abstract ShardLeases leases();

    /** Makes the leases somebody else's; returns false where nobody else can have them. */
    abstract boolean loseLeases();

    @Test
    void readsWhatWasAppendedInOrder() {
        append(Outboxes.record("1", "a"), Outboxes.record("2", "a"), Outboxes.record("3", "a"));
        assertThat(ids(this.store.read(Outboxes.everything(10), Set.of()))).containsExactly("1", "2", "3");
    }

    @Test
    void keepsEveryPartOfAMessage() {
        OutboxRecord record = new OutboxRecord(
                "id",
                "orders",
                "größe",
                "order.placed",
                3,
                "text/plain",
                Map.of("ce_id", "id", "x", "é\u0000\n"),
                new byte[] {0, -1, 7});
        append(record);
        StoredMessage read = this.store.read(Outboxes.everything(1), Set.of()).get(0);
        assertThat(read.record()).usingRecursiveComparison().isEqualTo(record);
        assertThat(read.row().shard()).isEqualTo(Shards.of("größe", "id", Outboxes.SHARDS));
        assertThat(read.unreadable()).isNull();
    }

    @Test
    void keepsAForeignMessageWithoutKeyAndType() {
        OutboxRecord record = new OutboxRecord("id", "orders", null, null, 0, null, Map.of(), new byte[0]);
        append(record);
        assertThat(this.store.read(Outboxes.everything(1), Set.of()).get(0).record())
                .usingRecursiveComparison()
                .isEqualTo(record);
    }

    @Test
    void readsAtMostTheWindowOfEachShardFromItsLowestId() {
        appendMany("a", 5);
        appendMany("b", 5);
        int shard = shardOf("a");
        assertThat(shardOf("b")).isNotEqualTo(shard);
        List<OutboxStore.Window> windows =
                List.of(new OutboxStore.Window(shard, 2, null), new OutboxStore.Window(shardOf("b"), 4, null));
        assertThat(ids(this.store.read(windows, Set.of())))
                .containsExactlyInAnyOrder("a0", "a1", "b0", "b1", "b2", "b3");
        assertThat(ids(this.store.read(List.of(new OutboxStore.Window(shard, 1, null)), Set.of())))
                .containsExactly("a0");
    }

    @Test
    void readsOnlyBehindTheIdOfTheWindow() {
        appendMany("a", 3);
        long first =
                this.store.read(Outboxes.everything(1), Set.of()).get(0).row().id();
        assertThat(ids(this.store.read(List.of(new OutboxStore.Window(shardOf("a"), 1, null, first, true)), Set.of())))
                .containsExactly("a1");
    }

    /** Where no key is held, which is nearly always, a store may ask in a simpler way. */
    @Test
    void windowsWithoutHeldKeysShowTheSame() {
        appendMany("a", 5);
        appendMany("b", 5);
        List<OutboxStore.Window> windows = List.of(
                new OutboxStore.Window(shardOf("b"), 2, null, 0, true),
                new OutboxStore.Window(shardOf("a"), 3, null, 0, true));
        List<StoredMessage> expected = this.store.read(windows, Set.of());
        assertThat(ids(this.store.read(unheld(windows), Set.of())))
                .containsExactlyElementsOf(ids(expected))
                .hasSize(5);
        assertThat(this.store.read(
                        unheld(windows), Set.of(expected.get(0).record().destination())))
                .isEmpty();
        List<OutboxStore.Window> skipping = List.of(new OutboxStore.Window(shardOf("a"), 3, "a", 0, false));
        assertThat(this.store.read(skipping, Set.of())).isEmpty();
    }

    private static List<OutboxStore.Window> unheld(List<OutboxStore.Window> windows) {
        return windows.stream()
                .map((window) -> new OutboxStore.Window(
                        window.shard(), window.limit(), window.skippedKey(), window.after(), false))
                .toList();
    }

    @Test
    void leavesOutPausedDestinationsWithoutLosingRoomForOthers() {
        append(
                Outboxes.record("1", "down", "a"),
                Outboxes.record("2", "down", "a"),
                Outboxes.record("3", "gone", "a"),
                Outboxes.record("4", "up", "a"));
        assertThat(ids(this.store.read(Outboxes.everything(1), Set.of("down", "gone"))))
                .containsExactly("4");
    }

    @Test
    void leavesOutASkippedKeyButNotMessagesWithoutKey() {
        append(Outboxes.record("1", "a"));
        OutboxRecord withoutKey = withoutKeyInShard(shardOf("a"));
        append(withoutKey);
        assertThat(ids(this.store.read(List.of(new OutboxStore.Window(shardOf("a"), 10, "a")), Set.of())))
                .containsExactly(withoutKey.messageId());
    }

    @Test
    void deletesExactlyTheGivenRows() {
        append(Outboxes.record("1", "a"), Outboxes.record("2", "b"), Outboxes.record("3", "a"));
        List<StoredMessage> read = this.store.read(Outboxes.everything(10), Set.of());
        List<StoredMessage.Row> rows = read.stream()
                .filter((message) -> !message.record().messageId().equals("2"))
                .map(StoredMessage::row)
                .toList();
        this.store.delete(rows);
        this.store.delete(rows);
        assertThat(ids(this.store.read(Outboxes.everything(10), Set.of()))).containsExactly("2");
    }

    @Test
    void movesARefusedMessageToTheDeadLetters() {
        append(Outboxes.record("1", "a"), Outboxes.record("2", "a"));
        assertThat(move("1")).isTrue();
        assertThat(ids(this.store.read(Outboxes.everything(10), Set.of()))).containsExactly("2");
        assertThat(this.deadLetters.list(DeadLetterFilter.all(), null, 10))
                .singleElement()
                .satisfies((letter) -> {
                    assertThat(letter.messageId()).isEqualTo("1");
                    assertThat(letter.name()).isEqualTo("orders");
                    assertThat(letter.key()).isEqualTo("a");
                });
    }

    @Test
    @Trap(4)
    void failedDeadLetterLeavesTheMessageOwed() {
        append(Outboxes.record("1", "a"));
        this.deadLettersFail = true;
        assertThatIllegalStateException().isThrownBy(() -> move("1"));
        assertThat(ids(this.store.read(Outboxes.everything(10), Set.of()))).containsExactly("1");
    }

    @Test
    @Trap(3)
    void formerOwnerMovesNothing() {
        append(Outboxes.record("1", "a"));
        ShardLease stale = Objects.requireNonNull(this.leases.held().get(shardOf("a")));
        if (!loseLeases()) {
            return;
        }
        StoredMessage message =
                this.store.read(Outboxes.everything(10), Set.of()).get(0);
        assertThat(this.store.moveToDeadLetters(message, stale, REFUSED, new IllegalStateException("no")))
                .isFalse();
        assertThat(ids(this.store.read(Outboxes.everything(10), Set.of()))).containsExactly("1");
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isZero();
    }

    @Test
    void countsTheBacklogAndTheAgeOfItsOldest() {
        assertThat(this.store.backlog()).isEqualTo(new OutboxBacklog(0, null));
        appendMany("a", 3);
        OutboxBacklog backlog = this.store.backlog();
        assertThat(backlog.messages()).isEqualTo(3);
        assertThat(backlog.oldestAge()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
    }

    @Test
    void appendsMoreThanOneStatementTakesInOrder() {
        appendMany("a", 750);
        assertThat(ids(this.store.read(Outboxes.everything(1000), Set.of())))
                .hasSize(750)
                .startsWith("a0", "a1", "a2")
                .endsWith("a748", "a749");
    }

    @Test
    void skipsTheKeyExactlyAndNoneThatIsOnlyLikeIt() {
        List<String> like = new ArrayList<>();
        for (String key : List.of("a", "A", "a ", "\u00e1")) {
            append(Outboxes.record("of '" + key + "'", key));
            like.add("of '" + key + "'");
        }
        List<OutboxStore.Window> windows = Outboxes.everything(10).stream()
                .map((window) -> new OutboxStore.Window(window.shard(), 10, "a"))
                .toList();
        like.remove(0);
        assertThat(ids(this.store.read(windows, Set.of("ORDERS", "orders "))))
                .containsExactlyInAnyOrderElementsOf(like);
    }

    @Test
    void deletesManyRowsOfManyShardsAtOnce() {
        for (int key = 0; key < 20; key++) {
            appendMany("k" + key + "-", 40 + key);
        }
        List<StoredMessage> read = this.store.read(Outboxes.everything(10_000), Set.of());
        List<StoredMessage> last = read.subList(read.size() - 7, read.size());
        this.store.delete(read.subList(0, read.size() - 7).stream()
                .map(StoredMessage::row)
                .toList());
        assertThat(ids(this.store.read(Outboxes.everything(10_000), Set.of())))
                .containsExactlyInAnyOrderElementsOf(ids(last));
        this.store.delete(List.of());
    }

    OutboxStore opened() {
        return this.store;
    }

    private boolean move(String id) {
        StoredMessage message = this.store.read(Outboxes.everything(10), Set.of()).stream()
                .filter((candidate) -> candidate.record().messageId().equals(id))
                .findFirst()
                .orElseThrow();
        ShardLease lease =
                Objects.requireNonNull(this.leases.held().get(message.row().shard()));
        return this.store.moveToDeadLetters(message, lease, REFUSED, new IllegalStateException("refused"));
    }

    private void append(OutboxRecord... records) {
        this.store.append(List.of(records));
    }

    private void appendMany(String key, int count) {
        List<OutboxRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(Outboxes.record(key + i, key));
        }
        this.store.append(records);
    }

    private static OutboxRecord withoutKeyInShard(int shard) {
        for (int i = 0; ; i++) {
            if (Shards.of(null, "id" + i, Outboxes.SHARDS) == shard) {
                return Outboxes.record("id" + i, null);
            }
        }
    }

    static int shardOf(@Nullable String key) {
        return Shards.of(key, "", Outboxes.SHARDS);
    }

    /** That key and two others of its shard. */
    static List<String> keysOfShardOf(String key) {
        return Stream.concat(Stream.of(key), IntStream.range(0, 1000).mapToObj((i) -> "k" + i))
                .filter((candidate) -> shardOf(candidate) == shardOf(key))
                .limit(3)
                .toList();
    }

    static List<String> ids(List<StoredMessage> messages) {
        return messages.stream().map((message) -> message.record().messageId()).toList();
    }

    /** For fields that are set before each test. */
    @SuppressWarnings("NullAway")
    private static <T> T unset() {
        return (T) null;
    }
}
