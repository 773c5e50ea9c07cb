package io.integrationkit.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.Race;
import io.integrationkit.testsupport.Rounds;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "round {0}")
@MethodSource(Rounds.ALL)
class BulkheadConcurrencyTests {

    @Parameter
    int round;

    private static final int THREADS = 8;

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 9, 16})
    void neverAreMoreInsideThanConfiguredAndNoPlaceIsLost(int limit) throws Exception {
        Bulkhead bulkhead = BulkheadTests.bulkhead(limit);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger number = new AtomicInteger();
        for (var each : Race.run(THREADS, () -> {
            Random random = new Random(number.getAndIncrement());
            for (int i = 0; i < 5_000; i++) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        if (bulkhead.tryEnter()) {
                            visit(bulkhead, inside, most);
                        }
                    }
                    case 1 -> {
                        if (bulkhead.enter(random.nextInt(200_000))) {
                            visit(bulkhead, inside, most);
                        }
                    }
                    case 2 -> {
                        Waiter waiter = bulkhead.enterLater(() -> visit(bulkhead, inside, most));
                        Thread.yield();
                        waiter.cancel();
                    }
                    default -> interrupted(bulkhead, random, inside, most);
                }
            }
            return 0;
        })) {
            each.get();
        }
        assertThat(most.get()).isBetween(1, limit);
        assertThat(bulkhead.waiting()).isZero();
        assertThat(bulkhead.running()).isZero();
        for (int i = 0; i < limit; i++) {
            assertThat(bulkhead.tryEnter()).isTrue();
        }
        assertThat(bulkhead.tryEnter()).isFalse();
    }

    private static void visit(Bulkhead bulkhead, AtomicInteger inside, AtomicInteger most) {
        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
        inside.decrementAndGet();
        bulkhead.leave();
    }

    /** An interrupt from another thread, which may come before, in and after the wait. */
    private static void interrupted(Bulkhead bulkhead, Random random, AtomicInteger inside, AtomicInteger most)
            throws InterruptedException {
        Thread me = Thread.currentThread();
        CompletableFuture<Void> ran = new CompletableFuture<>();
        Waiter other = bulkhead.enterLater(() -> {
            me.interrupt();
            visit(bulkhead, inside, most);
            ran.complete(null);
        });
        try {
            if (bulkhead.enter(random.nextInt(500_000))) {
                visit(bulkhead, inside, most);
            }
        } catch (InterruptedException ex) {
            // As it should be: nothing was entered.
        }
        if (!other.cancel()) {
            // It was let in; its interrupt must not come later than this.
            ran.join();
        }
        Thread.interrupted();
    }

    @Test
    void aPlaceThatIsFreeAllTheTimeIsNeverRefused() throws Exception {
        // One place fewer is taken than there are, but which cell has it changes all the time.
        Bulkhead bulkhead = BulkheadTests.bulkhead(16);
        for (int i = 0; i < 16 - 4; i++) {
            assertThat(bulkhead.tryEnter()).isTrue();
        }
        for (var each : Race.run(4, () -> {
            int refused = 0;
            for (int i = 0; i < 200_000; i++) {
                if (bulkhead.tryEnter()) {
                    bulkhead.leave();
                } else {
                    refused++;
                }
            }
            return refused;
        })) {
            assertThat(each.get()).isZero();
        }
    }

    @Test
    void changesLoseNoPlaceAndMakeNone() throws Exception {
        Bulkhead bulkhead = BulkheadTests.bulkhead(20);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger number = new AtomicInteger();
        for (var each : Race.run(4, () -> {
            int me = number.getAndIncrement();
            if (me == 0) {
                Random random = new Random(1);
                for (int i = 0; i < 3_000; i++) {
                    bulkhead.change(new BulkheadSpec(1 + random.nextInt(20), Duration.ZERO));
                    Thread.yield();
                }
                done.set(true);
                return 0;
            }
            while (!done.get()) {
                if (bulkhead.enter(me * 10_000L)) {
                    visit(bulkhead, inside, most);
                }
            }
            return 0;
        })) {
            each.get();
        }
        assertThat(bulkhead.running()).isZero();
        assertThat(bulkhead.waiting()).isZero();
        bulkhead.change(new BulkheadSpec(7, Duration.ZERO));
        for (int i = 0; i < 7; i++) {
            assertThat(bulkhead.tryEnter()).isTrue();
        }
        assertThat(bulkhead.tryEnter()).isFalse();
    }

    @Test
    void onceAChangeIsMadeNobodyEntersUnderTheOldSettings() throws Exception {
        for (int round = 0; round < 500; round++) {
            Bulkhead bulkhead = BulkheadTests.bulkhead(16);
            AtomicInteger atTheChange = new AtomicInteger();
            AtomicInteger number = new AtomicInteger();
            for (var each : Race.run(4, () -> {
                if (number.getAndIncrement() == 0) {
                    bulkhead.change(new BulkheadSpec(2, Duration.ZERO));
                    atTheChange.set(bulkhead.running());
                    return 0;
                }
                int entered = 0;
                for (int i = 0; i < 8; i++) {
                    entered += bulkhead.tryEnter() ? 1 : 0;
                }
                return entered;
            })) {
                each.get();
            }
            assertThat(bulkhead.running()).isLessThanOrEqualTo(Math.max(2, atTheChange.get()));
        }
    }
}
