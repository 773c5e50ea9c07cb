package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.deduplicate.Arrival;
import io.integrationkit.deduplicate.MessageIdentity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an inbox does with batches. */
abstract class InboxBatchContract extends InboxUnderTest {

    @Test
    void ofABatchWhatIsKnownAndWhatStandsInItTwiceIsLetInOnce() {
        MessageIdentity known = newMessage();
        MessageIdentity fresh = newMessage();
        MessageIdentity another = newMessage();
        deliver(known);
        Map<MessageIdentity, Arrival> arrivals = deliverAll(List.of(fresh, known, another, fresh, known, fresh));
        assertThat(arrivals)
                .containsExactly(
                        Map.entry(fresh, Arrival.FIRST),
                        Map.entry(known, Arrival.DUPLICATE),
                        Map.entry(another, Arrival.FIRST));
        assertThat(deliverAll(List.of(another, known, fresh)).values()).containsOnly(Arrival.DUPLICATE);
        assertThat(deliver(another)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void anEmptyBatchIsNone() {
        assertThat(deliverAll(List.of())).isEmpty();
    }

    @Test
    void aBatchWhoseHandlerFailedIsLetInAgain() {
        List<MessageIdentity> batch = List.of(newMessage(), newMessage());
        within(() -> {
            assertThat(inbox().receiveAll(batch).values()).containsOnly(Arrival.FIRST);
            inbox().forgetAll(batch);
            return "";
        });
        assertThat(deliverAll(batch).values()).containsOnly(Arrival.FIRST);
        assertThat(deliverAll(batch).values()).containsOnly(Arrival.DUPLICATE);
    }

    @Test
    void oddIdsOfABatchAreToldApart() {
        List<MessageIdentity> odd = Stream.of(
                        "x".repeat(10_000),
                        "x".repeat(10_001),
                        "a\0b",
                        "a",
                        "A",
                        "a ",
                        "\u00e4",
                        "😀",
                        "\ufb00",
                        "",
                        "'")
                .map((id) -> new MessageIdentity(CONSUMER, id, id))
                .toList();
        assertThat(deliverAll(odd).values()).hasSize(odd.size()).containsOnly(Arrival.FIRST);
        for (MessageIdentity each : odd) {
            assertThat(deliver(each)).as("%s", each).isEqualTo(Arrival.DUPLICATE);
        }
    }

    @Test
    void aLargeBatchIsABatchToo() {
        List<MessageIdentity> large =
                Stream.generate(InboxUnderTest::newMessage).limit(90).toList();
        assertThat(deliverAll(large).values()).hasSize(90).containsOnly(Arrival.FIRST);
        assertThat(deliverAll(large).values()).hasSize(90).containsOnly(Arrival.DUPLICATE);
    }

    @Test
    void ofTwoConsumersWithTheSameMessagesInAnyOrderOneHandlesEach() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            List<MessageIdentity> messages =
                    Stream.generate(InboxUnderTest::newMessage).limit(20).toList();
            List<List<MessageIdentity>> batches = new ArrayList<>();
            for (int consumer = 0; consumer < 2; consumer++) {
                List<MessageIdentity> shuffled = new ArrayList<>(messages);
                Collections.shuffle(shuffled, random);
                batches.add(shuffled);
            }
            Map<MessageIdentity, AtomicInteger> effects = new ConcurrentHashMap<>();
            messages.forEach((each) -> effects.put(each, new AtomicInteger()));
            AtomicInteger number = new AtomicInteger();
            StoreUnderTest.together(2, () -> {
                deliverAllUntilHandled(batches.get(number.getAndIncrement()), effects);
                return null;
            });
            assertThat(effects.values())
                    .as("effects in round %s of seed %s", round, seed)
                    .allSatisfy((count) -> assertThat(count).hasValue(1));
        }
    }

    @Test
    void whoGetsAPartitionInTheMiddleOfABatchHandlesWhatTheOtherDidNot() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            boolean fails = random.nextBoolean();
            List<MessageIdentity> polled =
                    Stream.generate(InboxUnderTest::newMessage).limit(10).toList();
            List<MessageIdentity> polledAgain = new ArrayList<>(polled);
            polledAgain.add(newMessage());
            polledAgain.add(newMessage());
            Map<MessageIdentity, AtomicInteger> effects = new ConcurrentHashMap<>();
            polledAgain.forEach((each) -> effects.put(each, new AtomicInteger()));
            CountDownLatch middle = new CountDownLatch(1);
            CountDownLatch taken = new CountDownLatch(1);
            AtomicBoolean former = new AtomicBoolean();
            StoreUnderTest.together(2, () -> {
                if (former.compareAndSet(false, true)) {
                    handleInTheMiddleOf(polled, middle, taken, fails, effects);
                } else {
                    middle.await();
                    taken.countDown();
                    deliverAllUntilHandled(polledAgain, effects);
                }
                return null;
            });
            assertThat(effects.values())
                    .as(
                            "effects in round %s of seed %s, in which the former owner %s",
                            round, seed, fails ? "failed" : "ended")
                    .allSatisfy((count) -> assertThat(count).hasValue(1));
        }
    }

    private void handleInTheMiddleOf(
            List<MessageIdentity> batch,
            CountDownLatch middle,
            CountDownLatch taken,
            boolean fails,
            Map<MessageIdentity, AtomicInteger> effects) {
        within(() -> {
            assertThat(inbox().receiveAll(batch).values()).containsOnly(Arrival.FIRST);
            middle.countDown();
            awaitLatch(taken);
            if (fails) {
                inbox().forgetAll(batch);
            } else {
                batch.forEach(
                        (each) -> Objects.requireNonNull(effects.get(each)).incrementAndGet());
                inbox().handledAll(batch);
            }
            return "";
        });
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private Map<MessageIdentity, Arrival> deliverAll(List<MessageIdentity> batch) {
        return within(() -> {
            Map<MessageIdentity, Arrival> arrivals = inbox().receiveAll(batch);
            inbox().handledAll(first(arrivals));
            return arrivals;
        });
    }

    /** As a container would: while another consumer handles one of the messages, the batch comes again. */
    private void deliverAllUntilHandled(List<MessageIdentity> batch, Map<MessageIdentity, AtomicInteger> effects) {
        long began = TIME.nanoTime();
        while (inTime(began)) {
            boolean done = within(() -> {
                Map<MessageIdentity, Arrival> arrivals = inbox().receiveAll(batch);
                List<MessageIdentity> first = first(arrivals);
                if (arrivals.containsValue(Arrival.IN_FLIGHT)) {
                    inbox().forgetAll(first);
                    return false;
                }
                first.forEach(
                        (each) -> Objects.requireNonNull(effects.get(each)).incrementAndGet());
                inbox().handledAll(first);
                return true;
            });
            if (done) {
                return;
            }
            Thread.onSpinWait();
        }
        assertThat(batch).as("handled at last").isNull();
    }

    private static List<MessageIdentity> first(Map<MessageIdentity, Arrival> arrivals) {
        return arrivals.entrySet().stream()
                .filter((each) -> each.getValue() == Arrival.FIRST)
                .map(Map.Entry::getKey)
                .toList();
    }
}
