package io.integrationkit.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BulkheadTests {

    private static final long LONG = Duration.ofMinutes(1).toNanos();

    private final ExecutorService executor = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        this.executor.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 33, 1000})
    void oneThreadGetsAllPlacesAndNoMore(int limit) {
        Bulkhead bulkhead = bulkhead(limit);
        for (int i = 0; i < limit; i++) {
            assertThat(bulkhead.tryEnter()).isTrue();
        }
        assertThat(bulkhead.tryEnter()).isFalse();
        assertThat(bulkhead.running()).isEqualTo(limit);
        bulkhead.leave();
        assertThat(bulkhead.tryEnter()).isTrue();
        assertThat(bulkhead.tryEnter()).isFalse();
    }

    @Test
    void leavingOftenerThanEnteringIsAnErrorAndMakesNoPlace() {
        Bulkhead bulkhead = bulkhead(16);
        bulkhead.tryEnter();
        bulkhead.leave();
        assertThatIllegalStateException().isThrownBy(bulkhead::leave);
        for (int i = 0; i < 16; i++) {
            assertThat(bulkhead.tryEnter()).isTrue();
        }
        assertThat(bulkhead.tryEnter()).isFalse();
    }

    @Test
    void aPlaceMayBeLeftByAnotherThread() throws Exception {
        Bulkhead bulkhead = bulkhead(16);
        for (int i = 0; i < 16; i++) {
            bulkhead.tryEnter();
        }
        for (int i = 0; i < 16; i++) {
            this.executor.submit(() -> bulkhead.leave()).get();
        }
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void whoMayWaitIsLetInInTheOrderOfArrival() throws Exception {
        Bulkhead bulkhead = bulkhead(1);
        bulkhead.tryEnter();
        List<Integer> order = new ArrayList<>();
        List<Future<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            waiting.add(this.executor.submit(() -> {
                boolean entered = bulkhead.enter(LONG);
                order.add(number);
                bulkhead.leave();
                return entered;
            }));
            awaitWaiting(bulkhead, i + 1);
        }
        bulkhead.leave();
        for (Future<Boolean> each : waiting) {
            assertThat(each.get(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
        assertThat(bulkhead.running()).isZero();
        assertThat(bulkhead.waiting()).isZero();
    }

    @Test
    void whoMayWaitDoesNotPassThoseWhoWaitAlready() {
        Bulkhead bulkhead = bulkhead(1);
        bulkhead.tryEnter();
        List<String> order = new ArrayList<>();
        bulkhead.enterLater(() -> order.add("first"));
        bulkhead.enterLater(() -> order.add("second"));
        bulkhead.leave();
        assertThat(order).containsExactly("first");
        assertThat(bulkhead.tryEnter()).isFalse();
        bulkhead.leave();
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void theWaitEndsWithoutAPlace() throws Exception {
        Bulkhead bulkhead = bulkhead(1);
        bulkhead.tryEnter();
        assertThat(bulkhead.enter(Duration.ofMillis(5).toNanos())).isFalse();
        assertThat(bulkhead.waiting()).isZero();
        bulkhead.leave();
        assertThat(bulkhead.enter(0)).isTrue();
    }

    @Test
    void anInterruptEndsTheWaitAndTakesNothing() throws Exception {
        Bulkhead bulkhead = bulkhead(1);
        bulkhead.tryEnter();
        Future<Boolean> waiting = this.executor.submit(() -> {
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> bulkhead.enter(LONG));
            return Thread.currentThread().isInterrupted();
        });
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isFalse();
        assertThat(bulkhead.waiting()).isZero();
        bulkhead.leave();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void aCallbackRunsAtOnceIfThereIsAPlace() {
        Bulkhead bulkhead = bulkhead(1);
        List<String> events = new ArrayList<>();
        Waiter waiter = bulkhead.enterLater(() -> events.add("entered"));
        assertThat(events).containsExactly("entered");
        assertThat(waiter.cancel()).isFalse();
        assertThat(bulkhead.running()).isOne();
    }

    @Test
    void aCancelledCallbackNeverRunsAndTakesNothing() {
        Bulkhead bulkhead = bulkhead(1);
        bulkhead.tryEnter();
        List<String> events = new ArrayList<>();
        Waiter waiter = bulkhead.enterLater(() -> events.add("entered"));
        assertThat(bulkhead.waiting()).isOne();
        assertThat(waiter.cancel()).isTrue();
        assertThat(waiter.cancel()).isFalse();
        bulkhead.leave();
        assertThat(events).isEmpty();
        assertThat(bulkhead.running()).isZero();
        assertThat(bulkhead.waiting()).isZero();
    }

    @Test
    void aLongQueueOfCallbacksThatLeaveAtOnceDoesNotGrowTheStack() {
        Bulkhead bulkhead = bulkhead(1);
        bulkhead.tryEnter();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            int number = i;
            bulkhead.enterLater(() -> {
                order.add(number);
                bulkhead.leave();
            });
        }
        bulkhead.leave();
        assertThat(order).hasSize(100_000).isSorted();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void aCallbackThatFailsHarmsNobodyElse() {
        Bulkhead bulkhead = bulkhead(2);
        bulkhead.tryEnter();
        bulkhead.tryEnter();
        List<String> events = new ArrayList<>();
        bulkhead.enterLater(() -> {
            throw new IllegalArgumentException("a callback of this test that fails");
        });
        bulkhead.enterLater(() -> events.add("entered"));
        bulkhead.leave();
        bulkhead.leave();
        assertThat(events).containsExactly("entered");
    }

    @Test
    void morePlacesLetWaitersInAtOnce() {
        Bulkhead bulkhead = bulkhead(1);
        bulkhead.tryEnter();
        List<String> events = new ArrayList<>();
        bulkhead.enterLater(() -> events.add("first"));
        bulkhead.enterLater(() -> events.add("second"));
        bulkhead.change(new BulkheadSpec(3, Duration.ZERO));
        assertThat(events).containsExactly("first", "second");
        assertThat(bulkhead.tryEnter()).isFalse();
        assertThat(bulkhead.spec().maxConcurrent()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 16, 39})
    void withFewerPlacesRunningCallsEndAndNobodyEntersUntilEnoughHaveLeft(int fewer) throws Exception {
        Bulkhead bulkhead = bulkhead(40);
        for (int i = 0; i < 40; i++) {
            bulkhead.tryEnter();
        }
        bulkhead.change(new BulkheadSpec(fewer, Duration.ZERO));
        for (int left = 40; left > fewer; left--) {
            assertThat(bulkhead.running()).isEqualTo(left);
            assertThat(bulkhead.tryEnter()).isFalse();
            this.executor.submit(() -> bulkhead.leave()).get();
        }
        assertThat(bulkhead.tryEnter()).isFalse();
        bulkhead.leave();
        assertThat(bulkhead.tryEnter()).isTrue();
        assertThat(bulkhead.tryEnter()).isFalse();
        for (int i = 0; i < fewer; i++) {
            bulkhead.leave();
        }
        assertThatIllegalStateException().isThrownBy(bulkhead::leave);
    }

    static Bulkhead bulkhead(int limit) {
        return new Bulkhead(new BulkheadSpec(limit, Duration.ZERO), 4);
    }

    static void awaitWaiting(Bulkhead bulkhead, int count) {
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> bulkhead.waiting() == count);
    }
}
