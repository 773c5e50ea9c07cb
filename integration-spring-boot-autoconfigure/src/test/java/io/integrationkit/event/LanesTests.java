package io.integrationkit.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LanesTests {

    private static final Duration LONG = Duration.ofDays(1);

    private final EventThreads threads = new EventThreads(getClass().getClassLoader());

    private final ManualTime time = new ManualTime();

    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        this.threads.close();
    }

    @Test
    void asManyLanesAsAllowedRunAtTheSameTimeAndNoMore() {
        CyclicBarrier together = new CyclicBarrier(3);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        BooleanSupplier step = () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            meet(together);
            running.decrementAndGet();
            return true;
        };
        lanes(3, LONG).run(Collections.nCopies(30, List.of(step)));
        assertThat(most).hasValue(3);
        assertThat(running).hasValue(0);
    }

    @Test
    void theStepsOfALaneKeepTheirOrderAndEndWithTheFirstThatFails() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<Integer, List<BooleanSupplier>> lanes = new LinkedHashMap<>();
        Map<Integer, List<Integer>> expected = new LinkedHashMap<>();
        Map<Integer, List<Integer>> ran = new LinkedHashMap<>();
        for (int i = 0; i < 3000; i++) {
            int lane = random.nextInt(60);
            int number = i;
            boolean fails = random.nextInt(100) == 0;
            List<BooleanSupplier> steps = lanes.computeIfAbsent(lane, (added) -> new ArrayList<>());
            List<Integer> runs = ran.computeIfAbsent(lane, (added) -> new ArrayList<>());
            List<Integer> wanted = expected.computeIfAbsent(lane, (added) -> new ArrayList<>());
            if (wanted.size() == steps.size() && (wanted.isEmpty() || wanted.get(wanted.size() - 1) >= 0)) {
                wanted.add(fails ? ~number : number);
            }
            steps.add(() -> {
                runs.add(fails ? ~number : number);
                return !fails;
            });
        }
        lanes(8, LONG).run(lanes.values());
        assertThat(ran).as("seed %d", seed).isEqualTo(expected);
    }

    @Test
    void whatIsNotBegunInTimeIsNotBegunAtAllButOneStepAlwaysIs() {
        List<BooleanSupplier> lane = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            lane.add(step("a" + i, Duration.ofSeconds(30)));
        }
        lanes(1, Duration.ofMinutes(1)).run(List.of(lane, List.of(step("b", Duration.ZERO))));
        assertThat(this.done).containsExactly("a0", "a1");
        this.done.clear();
        new Lanes(this.threads, 1, TimeSource.system(), Duration.ofNanos(1)).run(List.of(lane));
        assertThat(this.done).containsExactly("a0");
    }

    @Test
    void aCallerThatIsInterruptedWaitsForWhatRunsAndBeginsNothingMore() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        AtomicInteger interrupted = new AtomicInteger();
        AtomicBoolean flag = new AtomicBoolean();
        BooleanSupplier step = () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException ex) {
                interrupted.incrementAndGet();
            }
            return true;
        };
        Thread caller = new Thread(() -> {
            lanes(2, LONG).run(List.of(List.of(step, step), List.of(step), List.of(step)));
            flag.set(Thread.currentThread().isInterrupted());
        });
        caller.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        caller.join(30_000);
        assertThat(interrupted).hasValue(2);
        assertThat(flag).isTrue();
        List<Boolean> later = Collections.synchronizedList(new ArrayList<>());
        lanes(2, LONG)
                .run(Collections.nCopies(
                        2, List.of(() -> later.add(Thread.currentThread().isInterrupted()))));
        assertThat(later).containsExactly(false, false);
    }

    @Test
    void anErrorEndsAllAndReachesTheCaller() {
        Error broken = new AssertionError("broken");
        BooleanSupplier bad = () -> {
            throw broken;
        };
        assertThat(catchThrowable(() -> lanes(1, LONG).run(List.of(List.of(bad), List.of(step("a", Duration.ZERO))))))
                .isSameAs(broken);
        assertThat(this.done).isEmpty();
    }

    @Test
    void anErrorKeepsTheOtherLanesFromGoingOn() {
        BlockingQueue<Thread> broken = new ArrayBlockingQueue<>(1);
        BooleanSupplier bad = () -> {
            broken.add(Thread.currentThread());
            throw new AssertionError("broken");
        };
        BooleanSupplier waits = () -> {
            try {
                broken.take().join();
            } catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
            return true;
        };
        Lanes lanes = new Lanes((work) -> new Thread(work).start(), 2, this.time, LONG);
        assertThat(catchThrowable(() -> lanes.run(List.of(List.of(bad), List.of(waits, step("a", Duration.ZERO))))))
                .isInstanceOf(AssertionError.class);
        assertThat(this.done).isEmpty();
    }

    @Test
    void fewerThreadsDoTheWorkOfAllAndNoneIsTold() {
        AtomicInteger left = new AtomicInteger(1);
        Executor scarce = (work) -> {
            if (left.getAndDecrement() <= 0) {
                throw new RejectedExecutionException();
            }
            this.threads.execute(work);
        };
        List<List<BooleanSupplier>> lanes =
                List.of(List.of(step("a", Duration.ZERO)), List.of(step("b", Duration.ZERO)));
        new Lanes(scarce, 2, this.time, LONG).run(lanes);
        assertThat(this.done).containsExactly("a", "b");
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> new Lanes(scarce, 2, this.time, LONG).run(lanes));
        lanes(2, LONG).run(List.of());
    }

    @Test
    void whatIsBoundToTheCallerIsBoundToTheSteps() {
        try (Scope scope = Correlation.open("callers")) {
            lanes(1, LONG).run(List.of(List.of(() -> this.done.add(String.valueOf(Correlation.current())))));
        }
        lanes(1, LONG).run(List.of(List.of(() -> this.done.add(String.valueOf(Correlation.current())))));
        assertThat(this.done).containsExactly("callers", "null");
    }

    private Lanes lanes(int concurrency, Duration patience) {
        return new Lanes(this.threads, concurrency, this.time, patience);
    }

    private BooleanSupplier step(String name, Duration takes) {
        return () -> {
            this.time.advance(takes);
            return this.done.add(name);
        };
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException ex) {
            throw new IllegalStateException("Others are not there", ex);
        }
    }
}
