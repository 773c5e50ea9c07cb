package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.TimeSource;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Rounds;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Attempts that end at the very moment when their time is over. */
@ParameterizedClass
@MethodSource(Rounds.ALL)
class AttemptTimeoutRaceTests {

    private static final int ATTEMPTS = 2_000;

    private static final Duration ALLOWED = Duration.ofMillis(100);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int LONGEST_SPIN = 20;

    /** Mostly a race; the two orders that a machine without a free core may never show are made to happen. */
    private static final Order[] ORDERS = {
        Order.ANY, Order.ANY, Order.ANY, Order.ANY, Order.ANY, Order.EXPIRES_FIRST, Order.ENDS_FIRST
    };

    private final long seed;

    private final ExecutorService pool = Executors.newSingleThreadExecutor();

    private final ManualTime time = new ManualTime();

    private final TimeSource real = TimeSource.system();

    private final AtomicInteger arrived = new AtomicInteger();

    private int expired;

    /** How long the clock waits before it moves; follows the attempts, so that both stay at the same moment. */
    private volatile int head = 100;

    private volatile Order order = Order.ANY;

    AttemptTimeoutRaceTests(int round) {
        this.seed = round * 7919L;
    }

    @AfterEach
    void stop() {
        Thread.interrupted();
        this.pool.shutdownNow();
    }

    @Test
    void noInterruptOfOursIsLeftOrComesLater() throws Exception {
        race(ORDERS.length, (random) -> {
            AttemptWatch watch = begin();
            start(random);
            end(watch);
            assertFlagIsClear();
        });
        assertBothOrdersHappened();
    }

    @Test
    void noInterruptOfOursIsLeftByNestedAttempts() throws Exception {
        race(ORDERS.length, (random) -> {
            AttemptWatch outer = begin();
            AttemptWatch inner = begin();
            start(random);
            inner.finish();
            spin(random, LONGEST_SPIN);
            end(outer);
            assertFlagIsClear();
        });
        assertBothOrdersHappened();
    }

    @Test
    void anOuterAttemptIsAskedToStopWhateverTheInnerOneClears() throws Exception {
        race(ORDERS.length - 1, (random) -> {
            AttemptWatch outer = begin();
            AttemptWatch inner = begin();
            start(random);
            inner.finish();
            await(() -> Thread.currentThread().isInterrupted());
            assertThat(outer.finish()).isTrue();
            assertFlagIsClear();
        });
    }

    @Test
    void anInterruptOfTheUserBeforeTheTimeIsOverIsKept() throws Exception {
        race(ORDERS.length, (random) -> {
            AttemptWatch watch = begin();
            Thread.currentThread().interrupt();
            start(random);
            end(watch);
            assertThat(Thread.interrupted()).as("the user's interrupt").isTrue();
        });
        assertBothOrdersHappened();
    }

    @Test
    void noAttemptIsInterruptedInsideATransaction() throws Exception {
        race(ORDERS.length, (random) -> {
            AttemptWatch watch = begin();
            start(random);
            AttemptWatch.transactionBegan();
            assertFlagIsClear();
            spin(random, LONGEST_SPIN);
            assertFlagIsClear();
            AttemptWatch.transactionEnded();
            end(watch);
            assertFlagIsClear();
        });
        assertBothOrdersHappened();
    }

    @Test
    void theTimerOfTheMachineNeverInterruptsWhatTheThreadDoesNext() throws Exception {
        Random random = new Random(this.seed);
        Future<?> attempts = this.pool.submit(() -> {
            for (int i = 0; i < ATTEMPTS / 10; i++) {
                Duration allowed = Duration.ofNanos(20_000 + random.nextInt(100_000));
                AttemptWatch watch = AttemptWatch.begin(allowed, this.real);
                spinFor(allowed.plusNanos(random.nextInt(80_000)));
                end(watch);
                assertFlagIsClear();
                spinFor(Duration.ofNanos(20_000));
                assertFlagIsClear();
            }
        });
        attempts.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(this.expired).isPositive();
    }

    /** Lets one thread make attempts while another moves the clock over the end of each. */
    private void race(int orders, Attempt attempt) throws Exception {
        Random moves = new Random(this.seed);
        Random works = new Random(this.seed + 1);
        Future<?> mover = this.pool.submit(() -> {
            for (int i = 0; i < ATTEMPTS; i++) {
                meet();
                if (this.order == Order.ENDS_FIRST) {
                    await(() -> this.time.waiting() == 0);
                } else {
                    spin(moves, this.head);
                }
                this.time.advance(ALLOWED);
                meet();
            }
        });
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                this.order = ORDERS[works.nextInt(orders)];
                attempt.run(works);
                meet();
                assertFlagIsClear();
            } catch (AssertionError error) {
                throw new AssertionError("attempt %d of seed %d".formatted(i, this.seed), error);
            }
        }
        mover.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private AttemptWatch begin() {
        return AttemptWatch.begin(ALLOWED, this.time);
    }

    private void end(AttemptWatch watch) {
        if (watch.finish()) {
            this.expired++;
            this.head += 5;
        } else {
            this.head = Math.max(0, this.head - 5);
        }
    }

    /** Both threads leave together, neither of them asleep. */
    private void meet() {
        int target = (this.arrived.getAndIncrement() / 2 + 1) * 2;
        await(() -> this.arrived.get() >= target);
    }

    private void start(Random random) {
        meet();
        if (this.order == Order.EXPIRES_FIRST) {
            await(() -> this.time.waiting() == 0);
        }
        spin(random, LONGEST_SPIN);
    }

    private void await(BooleanSupplier condition) {
        long start = this.real.nanoTime();
        while (!condition.getAsBoolean()) {
            waitALittle(start);
        }
    }

    private void waitALittle(long start) {
        long waited = this.real.nanoTime() - start;
        if (waited > PATIENCE.toNanos()) {
            throw new AssertionError("waited in vain");
        }
        if (waited > 20_000) {
            Thread.yield();
        }
    }

    private void spinFor(Duration duration) {
        long start = this.real.nanoTime();
        while (this.real.nanoTime() - start < duration.toNanos()) {
            Thread.onSpinWait();
        }
    }

    private void spin(Random random, int atLeast) {
        for (int i = atLeast + random.nextInt(LONGEST_SPIN); i > 0; i--) {
            this.arrived.get();
            Thread.onSpinWait();
        }
    }

    private static void assertFlagIsClear() {
        assertThat(Thread.currentThread().isInterrupted())
                .as("an interrupt of ours")
                .isFalse();
    }

    private void assertBothOrdersHappened() {
        assertThat(this.expired)
                .as("attempts that ended too late, seed %d", this.seed)
                .isBetween(1, ATTEMPTS - 1);
    }

    private enum Order {
        ANY,
        EXPIRES_FIRST,
        ENDS_FIRST
    }

    @FunctionalInterface
    private interface Attempt {

        void run(Random random);
    }
}
