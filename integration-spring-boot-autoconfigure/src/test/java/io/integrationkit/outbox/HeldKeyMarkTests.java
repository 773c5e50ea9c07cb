package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A key that is let go, by whatever instance, goes on at its first message, though reads begin behind a mark. */
class HeldKeyMarkTests {

    private static final Duration A_READ = Duration.ofMillis(50);

    /** So that the relay asks again who is writing, and what is held. */
    private static final Duration AN_ANSWER = Duration.ofMillis(250);

    private final ManualTime time = new ManualTime();

    private final RecordingDestination orders = new RecordingDestination("orders");

    private final MemoryOutboxStore store =
            new MemoryOutboxStore(Outboxes.spec(), this.time, () -> Outboxes.deadLetters(null, () -> null));

    private final OneEpochAtATime leases = new OneEpochAtATime();

    private final RelayEvents events = new RelayEvents();

    private final RelayLoop loop = new RelayLoop(
            Outboxes.spec(500, HeadPolicy.BLOCK_KEY),
            this.store,
            this.leases,
            new Destinations(List.of(this.orders)),
            Outboxes.pauses(),
            this.time,
            this.events,
            new RelayCounters(),
            null);

    @Test
    void afterTheMarkOfOthersHasMovedOn() {
        read(AN_ANSWER);
        append("a1", "a2");
        blockFirst();
        append("b1");
        read(AN_ANSWER);
        append("b2");
        read(AN_ANSWER);
        letGoElsewhere();
        append("a3");
        read(A_READ);
        assertThat(sentOf("a")).containsExactly("a1", "a1", "a2", "a3");
        assertThat(sentOf("b")).containsExactly("b1", "b2");
    }

    @Test
    void beforeTheRelayHasAskedWhatIsHeld() {
        read(AN_ANSWER);
        append("a1", "a2");
        blockFirst();
        append("b1");
        read(A_READ);
        letGoElsewhere();
        append("a3");
        read(A_READ);
        assertThat(sentOf("a")).containsExactly("a1", "a1", "a2", "a3");
    }

    @Test
    void whenAnotherOwnerHasBlockedIt() {
        this.leases.without = OutboxStoreContract.shardOf("a");
        append("a1");
        read(AN_ANSWER);
        StoredMessage head = this.store.read(Outboxes.everything(1), Set.of()).get(0);
        ShardLease other = new ShardLease(head.row().shard(), "other", 2, this.time.nanoTime());
        this.store.keys().block(head, other, Failure.of(FailureCategory.PERMANENT), new IllegalStateException());
        this.leases.without = -1;
        this.leases.epoch = 3;
        append("b1");
        read(A_READ);
        assertThat(this.orders.ids()).containsExactly("b1");
        letGoElsewhere();
        append("a2");
        read(A_READ);
        assertThat(sentOf("a")).containsExactly("a1", "a2");
    }

    @Test
    void afterTheMarkMovesAgain() {
        append("a1");
        blockFirst();
        letGoElsewhere();
        read(AN_ANSWER);
        read(AN_ANSWER);
        append("a2");
        read(AN_ANSWER);
        assertThat(sentOf("a")).containsExactly("a1", "a1", "a2");
    }

    private void blockFirst() {
        this.orders.refuse("a1");
        read(A_READ);
        this.orders.answer((record) -> null);
        assertThat(this.store.keys().count()).isEqualTo(new HeldKeyCount(0, 1));
    }

    private void letGoElsewhere() {
        assertThat(this.store.keys().unblock("orders", "a")).isTrue();
    }

    private void append(String... ids) {
        List<OutboxRecord> records = new ArrayList<>();
        for (String id : ids) {
            records.add(Outboxes.record(id, id.startsWith("a") ? "a" : otherKeyOfTheShard()));
        }
        this.store.append(records);
    }

    private static String otherKeyOfTheShard() {
        return OutboxStoreContract.keysOfShardOf("a").get(2);
    }

    private void read(Duration later) {
        this.time.advance(later);
        this.events.wake();
        for (int i = 0; i < 10; i++) {
            this.loop.step(null);
        }
    }

    private List<String> sentOf(String letter) {
        return this.orders.ids().stream().filter((id) -> id.startsWith(letter)).toList();
    }

    /** All shards, under an epoch that the test changes. */
    private final class OneEpochAtATime implements ShardLeases {

        private long epoch = 1;

        private int without = -1;

        @Override
        public void prepare() {}

        @Override
        public void renew() {}

        @Override
        public Duration interval() {
            return Duration.ofHours(1);
        }

        @Override
        public Map<Integer, ShardLease> held() {
            long sendUntil = HeldKeyMarkTests.this.time.nanoTime() + interval().toNanos();
            Map<Integer, ShardLease> held = new TreeMap<>();
            for (int shard = 0; shard < Outboxes.SHARDS; shard++) {
                held.put(shard, new ShardLease(shard, "me", this.epoch, sendUntil));
            }
            held.remove(this.without);
            return held;
        }

        @Override
        public void release() {}
    }
}
