package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises about keys that are parked or blocked. */
abstract class KeyStatesContract {

    private static final Failure REFUSED = Failure.of(FailureCategory.PERMANENT);

    private boolean deadLettersFail;

    private DeadLetters deadLetters = unset();

    private OutboxStore store = unset();

    private ShardLeases leases = unset();

    @BeforeEach
    void open() {
        this.deadLetters = deadLetters(this::replayer);
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

    MessageReplayer replayer() {
        Destinations destinations = new Destinations(List.of(new RecordingDestination("orders", "bills")));
        return new OutboxReplayer(destinations, this.store, (count) -> {}, () -> {});
    }

    abstract DeadLetters deadLetters(Supplier<@Nullable MessageReplayer> replayer);

    abstract OutboxStore store(Supplier<DeadLetters> usedDeadLetters);

    abstract ShardLeases leases();

    /** Makes the leases somebody else's; returns false where nobody else can have them. */
    abstract boolean loseLeases();

    @Test
    void whatFollowsAParkedMessageBecomesADeadLetterInOrder() {
        append("a1", "a2", "a3", "b1");
        assertThat(park("a1")).isTrue();
        List<StoredMessage> behind = read("a");
        assertThat(OutboxStoreContract.ids(behind)).containsExactly("a2", "a3");
        assertThat(behind).allMatch(StoredMessage::parked);
        assertThat(read("b")).noneMatch(StoredMessage::parked);
        assertThat(keys().parkBehind(behind, lease("a"))).isEqualTo(2);
        assertThat(owed()).containsExactly("b1");
        assertThat(deadLetterIds()).containsExactly("a1", "a2", "a3");
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(1, 0));
        assertThat(keys().list(null, 10)).singleElement().satisfies((held) -> {
            assertThat(held.destination()).isEqualTo("orders");
            assertThat(held.key()).isEqualTo("a");
            assertThat(held.state()).isEqualTo(HeldKey.State.PARKED);
            assertThat(held.headMessageId()).isEqualTo("a1");
            assertThat(held.category()).isEqualTo(FailureCategory.PERMANENT);
            assertThat(held.problem()).isEqualTo(IllegalStateException.class.getName());
        });
    }

    @Test
    void sameKeyOfAnotherDestinationIsNotHeld() {
        append("a1");
        this.store.append(List.of(Outboxes.record("bill", "bills", "a")));
        park("a1");
        assertThat(read("a")).singleElement().matches((message) -> !message.parked());
    }

    @Test
    void blockedKeyTakesNoRoomFromOthersOfItsShard() {
        append("a1", "a2", "a3", "a4", "a5");
        String other = otherKeyOfTheShard();
        this.store.append(List.of(Outboxes.record("other", other)));
        assertThat(block("a1")).isTrue();
        assertThat(OutboxStoreContract.ids(
                        this.store.read(List.of(new OutboxStore.Window(shard("a"), 1, null)), Set.of())))
                .containsExactly("other");
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(0, 1));
        assertThat(deadLetterIds()).isEmpty();
    }

    @Test
    void keysAreLookedForInAllShardsOfAReadIfTheyMayBeHeldInOne() {
        append("a1", "a2");
        String other = otherKeyOfTheShard();
        this.store.append(List.of(Outboxes.record("other", other)));
        block("a1");
        int elsewhere = (shard("a") + 1) % Outboxes.SHARDS;
        assertThat(OutboxStoreContract.ids(this.store.read(
                        List.of(
                                new OutboxStore.Window(elsewhere, 10, null, 0, false),
                                new OutboxStore.Window(shard("a"), 10, null, 0, true)),
                        Set.of())))
                .containsExactly("other");
    }

    @Test
    void shardIsToldToLeaveMessagesOutAsLongAsAKeyOfItIsHeld() {
        append("a1", "a2");
        List<Integer> shards = List.of(shard("a"), shard("a") + 1);
        OutboxStore.Writers before = this.store.writers(shards, 0);
        block("a1");
        OutboxStore.Writers held = this.store.writers(shards, 0);
        keys().unblock("orders", "a");
        OutboxStore.Writers after = this.store.writers(shards, 0);
        if (before == null || held == null || after == null) {
            assertThat(after)
                    .as("a store that knows no writers is always read from the lowest id")
                    .isNull();
            return;
        }
        assertThat(before.holding()).isEmpty();
        assertThat(held.holding()).containsExactly(shard("a"));
        assertThat(after.holding()).isEmpty();
    }

    @Test
    void unblockedKeyBeginsWithItsHeadAndIsUnblockedOnce() {
        append("a1", "a2");
        block("a1");
        assertThat(keys().unblock("orders", "a")).isTrue();
        assertThat(keys().unblock("orders", "a")).isFalse();
        assertThat(owed()).containsExactly("a1", "a2");
        assertThat(block("a1")).isTrue();
        assertThat(owed()).isEmpty();
    }

    @Test
    void discardedHeadBecomesADeadLetterAndItsKeyGoesOn() {
        append("a1", "a2");
        block("a1");
        assertThat(keys().discardHead("orders", "a")).isTrue();
        assertThat(keys().discardHead("orders", "a")).isFalse();
        assertThat(owed()).containsExactly("a2");
        assertThat(this.deadLetters.list(DeadLetterFilter.all(), null, 10))
                .singleElement()
                .satisfies((letter) -> {
                    assertThat(letter.messageId()).isEqualTo("a1");
                    assertThat(letter.category()).isEqualTo(FailureCategory.PERMANENT);
                    assertThat(letter.message()).contains("IllegalStateException");
                });
    }

    @Test
    void requestsThatDoNotFitTheStateChangeNothing() {
        append("a1", "a2", "b1");
        park("a1");
        block("b1");
        assertThat(keys().unblock("orders", "a")).isFalse();
        assertThat(keys().discardHead("orders", "a")).isFalse();
        assertThat(keys().release("orders", "b")).isFalse();
        assertThat(keys().release("orders", "unknown")).isFalse();
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(1, 1));
    }

    @Test
    void formerOwnerNeitherParksNorBlocks() {
        append("a1", "a2", "b1");
        StoredMessage first = message("a1");
        StoredMessage other = message("b1");
        park("a1");
        List<StoredMessage> behind = read("a");
        ShardLease stale = lease("a");
        if (!loseLeases()) {
            return;
        }
        assertThat(keys().parkBehind(behind, stale)).isZero();
        assertThat(keys().block(other, lease("b"), REFUSED, new IllegalStateException("no")))
                .isFalse();
        assertThat(keys().park(other, lease("b"), REFUSED, new IllegalStateException("no")))
                .isFalse();
        assertThat(keys().park(first, stale, REFUSED, new IllegalStateException("no")))
                .isFalse();
        assertThat(owed()).containsExactlyInAnyOrder("a2", "b1");
        assertThat(deadLetterIds()).containsExactly("a1");
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(1, 0));
    }

    @Test
    void failedDeadLetterLeavesMessagesOwedAndStatesAsTheyWere() {
        append("a1", "a2", "b1");
        this.deadLettersFail = true;
        assertThatIllegalStateException().isThrownBy(() -> park("a1"));
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(0, 0));
        this.deadLettersFail = false;
        park("a1");
        block("b1");
        this.deadLettersFail = true;
        assertThatIllegalStateException().isThrownBy(() -> keys().parkBehind(read("a"), lease("a")));
        assertThatIllegalStateException().isThrownBy(() -> keys().discardHead("orders", "b"));
        assertThat(owed()).containsExactly("a2");
        assertThat(deadLetterIds()).containsExactly("a1");
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(1, 1));
    }

    @Test
    void replaysOfAParkedKeyAreSentInOrderBeforeWhatCameLater() {
        append("a1", "a2", "a3");
        park("a1");
        keys().parkBehind(read("a").subList(0, 1), lease("a"));
        assertThat(replay("a1").outcome()).isEqualTo(ReplayResult.Outcome.REPLAYED);
        assertThat(read("a")).filteredOn(StoredMessage::parked).hasSize(1);
        assertThat(owed()).containsExactly("a3", "a1");
        replay("a2");
        assertThat(owed()).as("what came later waits").containsExactly("a1", "a2");
        assertThat(keys().list(null, 10)).extracting(HeldKey::state).containsExactly(HeldKey.State.RELEASING);
        delete("a1");
        keys().endRelease("orders", "a");
        assertThat(owed()).containsExactly("a2");
        delete("a2");
        assertThat(read("a")).singleElement().matches(StoredMessage::endsRelease);
        keys().endRelease("orders", "a");
        assertThat(keys().list(null, 10)).isEmpty();
        assertThat(read("a")).singleElement().matches((message) -> message.key() == null);
    }

    @Test
    void releaseThatAProcessLeftUnfinishedIsEndedIfItsReplaysAreDeliveredAndNotBefore() {
        append("a1", "b1");
        park("a1");
        park("b1");
        replay("a1");
        replay("b1");
        delete("a1");
        keys().endReleases();
        assertThat(keys().list(null, 10)).extracting(HeldKey::key).containsExactly("b");
        append("c1");
        park("c1");
        keys().endReleases();
        assertThat(keys().count()).as("c stays parked").isEqualTo(new HeldKeyCount(1, 0));
    }

    @Test
    void releaseByHandWaitsForTheReplaysThatAreOwed() {
        append("a1", "a2", "a3");
        park("a1");
        keys().parkBehind(read("a").subList(0, 1), lease("a"));
        replay("a1");
        assertThat(keys().release("orders", "a")).isTrue();
        assertThat(keys().list(null, 10)).extracting(HeldKey::state).containsExactly(HeldKey.State.RELEASING);
        assertThat(owed()).as("a3 waits for the replay").containsExactly("a1");
    }

    @Test
    void endOfAReleaseLeavesParkedAndBlockedKeysAsTheyAre() {
        append("a1", "b1");
        park("a1");
        block("b1");
        keys().endRelease("orders", "a");
        keys().endRelease("orders", "b");
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(1, 1));
    }

    @Test
    void parkedMessageIsNotReplayedBeforeAnEarlierOne() {
        append("a1", "a2");
        park("a1");
        keys().parkBehind(read("a"), lease("a"));
        ReplayResult result = replay("a2");
        assertThat(result.outcome()).isEqualTo(ReplayResult.Outcome.FAILED);
        assertThat(result.code()).isEqualTo(ProblemCode.OUTBOX_REPLAY_ORDER);
        assertThat(result.refused()).isFalse();
        assertThat(result.detail()).contains("a2", "a1");
        assertThat(owed()).isEmpty();
        assertThat(letter("a2").status()).isEqualTo(DeadLetter.Status.NEW);
        discard("a1");
        assertThat(replay("a2").outcome()).isEqualTo(ReplayResult.Outcome.REPLAYED);
        assertThat(owed()).containsExactly("a2");
    }

    @Test
    void manyReplaysAreAppendedInOrderWhetherTheirKeysAreParkedOrNot() {
        append("a1", "a2", "a3", "b1", "c1", "c2");
        park("a1");
        keys().parkBehind(read("a").subList(0, 1), lease("a"));
        for (String free : List.of("b1", "c1", "c2")) {
            makeDeadLetter(free);
        }
        List<String> ids = List.of("a1", "a2", "b1", "c1", "c2").stream()
                .map((messageId) -> letter(messageId).id())
                .toList();

        assertThat(this.deadLetters.replayAll(ids, new Intervention("anna", "mended")))
                .extracting(ReplayResult::outcome)
                .containsOnly(ReplayResult.Outcome.REPLAYED);

        assertThat(owed()).containsExactlyInAnyOrder("a1", "a2", "b1", "c1", "c2");
        assertThat(read("a"))
                .extracting((message) -> message.record().messageId())
                .startsWith("a1", "a2");
        assertThat(read("c"))
                .extracting((message) -> message.record().messageId())
                .containsExactly("c1", "c2");
        assertThat(keys().list(null, 10)).extracting(HeldKey::state).containsExactly(HeldKey.State.RELEASING);
    }

    @Test
    void manyReplaysOfWhichOneIsOutOfOrderLeaveThatOneOpen() {
        append("a1", "a2", "b1");
        park("a1");
        keys().parkBehind(read("a"), lease("a"));
        makeDeadLetter("b1");
        List<String> ids = List.of(letter("a2").id(), letter("b1").id());

        assertThat(this.deadLetters.replayAll(ids, new Intervention("anna", "mended")))
                .extracting(ReplayResult::outcome)
                .containsExactly(ReplayResult.Outcome.FAILED, ReplayResult.Outcome.REPLAYED);

        assertThat(owed()).containsExactly("b1");
        assertThat(letter("a2").status()).isEqualTo(DeadLetter.Status.NEW);
    }

    @Test
    void keyGoesOnWhenItsLastParkedMessageIsDiscarded() {
        append("a1", "a2");
        park("a1");
        keys().parkBehind(read("a"), lease("a"));
        append("a3");
        discard("a2");
        assertThat(read("a")).allMatch(StoredMessage::parked);
        discard("a1");
        assertThat(keys().list(null, 10)).isEmpty();
        assertThat(read("a")).singleElement().matches((message) -> !message.parked());
    }

    @Test
    void unreadableMessageBehindAParkedOneSaysThatItCannotBeRead() {
        append("a1", "a2", "a3");
        park("a1");
        List<StoredMessage> behind = read("a");
        StoredMessage damaged = new StoredMessage(
                behind.get(0).row(),
                behind.get(0).record(),
                new IllegalStateException("damaged"),
                null,
                behind.get(0).key());
        keys().parkBehind(List.of(damaged, behind.get(1)), lease("a"));
        assertThat(letter("a2").message()).contains("damaged");
        assertThat(letter("a2").category()).isEqualTo(FailureCategory.VALIDATION);
        assertThat(letter("a3").message()).startsWith("INT-321");
        assertThat(letter("a3").category()).isEqualTo(FailureCategory.REJECTED);
    }

    @Test
    void releasedKeyGoesOnWithoutItsDeadLettersAndIsReleasedOnce() {
        append("a1", "a2", "a3");
        park("a1");
        List<StoredMessage> behind = read("a");
        keys().parkBehind(behind.subList(0, 1), lease("a"));
        assertThat(keys().release("orders", "a")).isTrue();
        assertThat(keys().release("orders", "a")).isFalse();
        assertThat(keys().parkBehind(behind.subList(1, 2), lease("a"))).isZero();
        assertThat(owed()).containsExactly("a3");
        assertThat(deadLetterIds()).containsExactly("a1", "a2");
        replay("a2");
        assertThat(owed()).containsExactly("a3", "a2");
    }

    @Test
    void refusedReplayIsParkedAtItsOldPlaceWithTheReplaysBehindIt() {
        append("a1", "a2", "a3", "a4");
        park("a1");
        keys().parkBehind(read("a").subList(0, 2), lease("a"));
        replay("a1");
        replay("a2");
        replay("a3");
        assertThat(owed()).containsExactly("a1", "a2", "a3");
        park("a1");
        assertThat(read("a")).hasSize(3).allMatch(StoredMessage::parked);
        replay("a1");
        assertThat(keys().count()).as("replays wait to be parked again").isEqualTo(new HeldKeyCount(1, 0));
        List<StoredMessage> all = read("a");
        assertThat(OutboxStoreContract.ids(all)).containsExactly("a4", "a2", "a3", "a1");
        assertThat(all).extracting(StoredMessage::parked).containsExactly(true, true, true, false);
        assertThat(keys().parkBehind(all, lease("a"))).isEqualTo(3);
        assertThat(replay("a4").code()).isEqualTo(ProblemCode.OUTBOX_REPLAY_ORDER);
        replay("a2");
        replay("a3");
        replay("a4");
        assertThat(owed()).containsExactly("a1", "a2", "a3", "a4");
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(0, 0));
    }

    @Test
    void singleReplayBehindARefusedOneIsParkedAgainAndHoldsTheKey() {
        append("a1", "a2");
        park("a1");
        keys().parkBehind(read("a"), lease("a"));
        replay("a1");
        replay("a2");
        park("a1");
        assertThat(read("a")).singleElement().matches(StoredMessage::parked);
        replay("a1");
        assertThat(keys().count()).as("a2 is to be parked again").isEqualTo(new HeldKeyCount(1, 0));
        assertThat(keys().parkBehind(read("a").subList(0, 1), lease("a"))).isEqualTo(1);
        assertThat(deadLetterIds()).containsExactly("a2");
    }

    @Test
    void messagesAReleaseLeftBehindDoNotStandBeforeThoseParkedLater() {
        append("a1", "a2");
        park("a1");
        keys().parkBehind(read("a"), lease("a"));
        keys().release("orders", "a");
        append("a3");
        park("a3");
        assertThat(replay("a3").outcome()).isEqualTo(ReplayResult.Outcome.REPLAYED);
        assertThat(keys().list(null, 10)).extracting(HeldKey::state).containsExactly(HeldKey.State.RELEASING);
    }

    @Test
    void blockedKeyStaysBlockedWhenAMessageParkedBeforeIsDiscarded() {
        append("a1", "a2");
        StoredMessage next = message("a2");
        park("a1");
        assertThat(keys().block(next, lease("a"), REFUSED, new IllegalStateException("refused")))
                .isTrue();
        discard("a1");
        assertThat(keys().count()).isEqualTo(new HeldKeyCount(0, 1));
    }

    @Test
    void heldKeysAreListedInPages() {
        this.store.append(List.of(
                Outboxes.record("1", "orders", "b"),
                Outboxes.record("2", "bills", "c"),
                Outboxes.record("3", "orders", "a")));
        this.store
                .read(Outboxes.everything(10), Set.of())
                .forEach((message) -> keys().park(
                                message,
                                Objects.requireNonNull(
                                        this.leases.held().get(message.row().shard())),
                                REFUSED,
                                new IllegalStateException("refused")));
        List<HeldKey> first = keys().list(null, 2);
        assertThat(first).extracting(HeldKey::key).containsExactly("c", "a");
        assertThat(keys().list(first.get(1).place(), 2))
                .extracting(HeldKey::key)
                .containsExactly("b");
    }

    OutboxStore opened() {
        return this.store;
    }

    DeadLetters openedDeadLetters() {
        return this.deadLetters;
    }

    KeyStates keys() {
        return this.store.keys();
    }

    boolean park(String id) {
        StoredMessage message = message(id);
        return keys().park(message, leaseOf(message), REFUSED, new IllegalStateException("refused"));
    }

    boolean block(String id) {
        StoredMessage message = message(id);
        return keys().block(message, leaseOf(message), REFUSED, new IllegalStateException("refused"));
    }

    StoredMessage message(String id) {
        return this.store.read(Outboxes.everything(10), Set.of()).stream()
                .filter((candidate) -> candidate.record().messageId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    ShardLease lease(String key) {
        return Objects.requireNonNull(this.leases.held().get(shard(key)));
    }

    private ShardLease leaseOf(StoredMessage message) {
        return Objects.requireNonNull(this.leases.held().get(message.row().shard()));
    }

    private void delete(String id) {
        this.store.delete(List.of(message(id).row()));
    }

    private ReplayResult replay(String messageId) {
        return this.deadLetters.replay(letter(messageId).id());
    }

    void discard(String messageId) {
        assertThat(this.deadLetters.discard(letter(messageId).id(), "test")).isTrue();
    }

    DeadLetter letter(String messageId) {
        return this.deadLetters.list(DeadLetterFilter.all(), null, 100).stream()
                .filter((letter) -> messageId.equals(letter.messageId()))
                .findFirst()
                .orElseThrow();
    }

    List<@Nullable String> deadLetterIds() {
        List<@Nullable String> ids = new ArrayList<>();
        this.deadLetters
                .list(DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW), null, 100)
                .forEach((letter) -> ids.add(letter.messageId()));
        return ids;
    }

    /** The key of a message is its first letter. */
    private void makeDeadLetter(String id) {
        StoredMessage message = message(id);
        assertThat(this.store.moveToDeadLetters(
                        message,
                        leaseOf(message),
                        Failure.of(FailureCategory.PERMANENT),
                        new IllegalArgumentException("refused")))
                .isTrue();
    }

    void append(String... ids) {
        List<OutboxRecord> records = new ArrayList<>();
        for (String id : ids) {
            records.add(Outboxes.record(id, id.substring(0, 1)));
        }
        this.store.append(records);
    }

    List<StoredMessage> read(String key) {
        return this.store.read(Outboxes.everything(10), Set.of()).stream()
                .filter((message) -> key.equals(message.record().key()))
                .toList();
    }

    List<String> owed() {
        return OutboxStoreContract.ids(this.store.read(Outboxes.everything(10), Set.of()));
    }

    private static int shard(String key) {
        return OutboxStoreContract.shardOf(key);
    }

    static String otherKeyOfTheShard() {
        return IntStream.range(0, 1000)
                .mapToObj((i) -> "k" + i)
                .filter((key) -> shard(key) == shard("a"))
                .findFirst()
                .orElseThrow();
    }

    /** For fields that are set before each test. */
    @SuppressWarnings("NullAway")
    private static <T> T unset() {
        return (T) null;
    }
}
