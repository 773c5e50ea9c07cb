package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.deadletter.ReplayedMessage;
import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.Race;
import io.integrationkit.testsupport.Trap;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract on PostgreSQL, and its races. */
class PostgresKeyStatesTests extends JdbcKeyStatesContract {

    PostgresKeyStatesTests() {
        super(PostgresDatabase.access());
    }

    @Test
    @Trap(6)
    void hundredThousandRowsBehindABlockedKeyDoNotHideOthers() {
        append("a1");
        block("a1");
        access().jdbc().update("""
                        INSERT INTO integration_outbox (shard, message_id, msg_key, destination, event_version, headers, payload)
                        SELECT ?, 'm' || i, 'a', 'orders', 1, '{}', '' FROM generate_series(1, 100000) AS i""", OutboxStoreContract.shardOf("a"));
        String other = otherKeyOfTheShard();
        opened().append(List.of(Outboxes.record("other", other)));
        assertThat(OutboxStoreContract.ids(opened().read(Outboxes.everything(10), Set.of())))
                .containsExactly("other");
    }

    /** One discards the last parked message while the relay is parking one more. */
    @Test
    @Trap(13)
    void keyIsNotReleasedWhileTheRelayParksOneMore() throws Exception {
        append("a1", "a2");
        park("a1");
        CountDownLatch moving = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        DeadLetters letters = openedDeadLetters();
        OutboxStore relay = Outboxes.store(access(), Outboxes.spec(), () -> {
            moving.countDown();
            await(goOn);
            return letters;
        });
        List<StoredMessage> behind = read("a");
        CompletableFuture<Integer> parking = CompletableFuture.supplyAsync(
                () -> relay.keys().parkBehind(behind, lease("a")), PostgresKeyStatesTests::onAThreadOfItsOwn);
        await(moving);
        CompletableFuture<Void> discarding =
                CompletableFuture.runAsync(() -> discard("a1"), PostgresKeyStatesTests::onAThreadOfItsOwn);
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> discarding.isDone() || somebodyWaitsForALock());
        goOn.countDown();
        assertThat(parking.get(1, TimeUnit.MINUTES)).isEqualTo(1);
        discarding.get(1, TimeUnit.MINUTES);
        assertThat(keys().count()).as("a2 is parked now").isEqualTo(new HeldKeyCount(1, 0));
        discard("a2");
        assertThat(keys().list(null, 10)).isEmpty();
    }

    /** The common pool has one thread on two processors, and the other would wait for it. */
    private static void onAThreadOfItsOwn(Runnable work) {
        new Thread(work).start();
    }

    /** Each of two operators closes one of the last two. */
    @Test
    @Trap(13)
    void keyIsReleasedWhenTwoOperatorsCloseTheLastTwoAtOnce() throws Exception {
        for (int round = 0; round < 5; round++) {
            String first = "a" + round + "x";
            String second = "a" + round + "y";
            append(first, second);
            park(first);
            keys().parkBehind(read("a"), lease("a"));
            CyclicBarrier bothClosed = new CyclicBarrier(2);
            DeadLetters letters = Outboxes.deadLetters(access(), () -> new Together(replayer(), bothClosed));
            List<String> ids = List.of(letter(first).id(), letter(second).id());
            AtomicInteger next = new AtomicInteger();
            for (Future<Boolean> closed : Race.run(2, () -> letters.discard(ids.get(next.getAndIncrement()), "test"))) {
                assertThat(closed.get()).isTrue();
            }
            assertThat(keys().list(null, 10)).isEmpty();
        }
    }

    /** The order of a key holds, whoever is faster. */
    @Test
    @Trap(13)
    void twoOperatorsWhoReplayOneKeyKeepItsOrder() throws Exception {
        List<String> ids = IntStream.range(0, 8).mapToObj((i) -> "a" + i).toList();
        append(ids.toArray(String[]::new));
        park("a0");
        keys().parkBehind(read("a"), lease("a"));
        List<String> letters = ids.stream().map((id) -> letter(id).id()).toList();
        Race.run(2, () -> {
                    for (String letter : letters) {
                        ReplayResult result = openedDeadLetters().replay(letter);
                        while (result.outcome() == ReplayResult.Outcome.FAILED) {
                            result = openedDeadLetters().replay(letter);
                        }
                    }
                    return true;
                })
                .forEach((operator) -> assertThat(operator).succeedsWithin(Duration.ZERO));
        assertThat(owed()).containsExactlyElementsOf(ids);
        assertThat(keys().list(null, 10)).extracting(HeldKey::state).containsExactly(HeldKey.State.RELEASING);
    }

    private boolean somebodyWaitsForALock() {
        Integer waiting = access().jdbc()
                .queryForObject(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                        Integer.class);
        return waiting != null && waiting > 0;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Goes on only when the other operator's entry is closed too, and neither has committed. */
    private record Together(MessageReplayer replayer, CyclicBarrier barrier) implements MessageReplayer {

        @Override
        public void replay(ReplayedMessage message) {
            this.replayer.replay(message);
        }

        @Override
        public void discarded(String destination, @Nullable String key, String messageId) {
            try {
                this.barrier.await(1, TimeUnit.MINUTES);
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
            this.replayer.discarded(destination, key, messageId);
        }
    }
}
