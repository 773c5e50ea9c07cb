package io.integrationkit.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RetryBudgetTests {

    private static final long START = Long.MAX_VALUE - 1_000_000;

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void theFloorIsThereWithoutAnyCall() {
        RetryBudget budget = new RetryBudget(new RetryBudgetSpec(20, 1), START);
        assertThat(retries(budget, START)).isEqualTo(10);
    }

    @Test
    void eachHundredCallsAddTheShare() {
        RetryBudget budget = new RetryBudget(new RetryBudgetSpec(20, 0), START);
        for (int i = 0; i < 100; i++) {
            budget.called(i, START);
        }
        assertThat(budget.available(START)).isEqualTo(20);
        assertThat(retries(budget, START)).isEqualTo(20);
        assertThat(budget.available(START)).isZero();
    }

    @Test
    void callsOlderThanTenSecondsNoLongerCount() {
        RetryBudget budget = new RetryBudget(new RetryBudgetSpec(100, 0), START);
        budget.called(0, START);
        assertThat(budget.available(START + 10 * SECOND - 1)).isEqualTo(1);
        assertThat(budget.tryRetry(START + 10 * SECOND)).isFalse();
    }

    @Test
    void newSettingsHoldAtOnce() {
        RetryBudget budget = new RetryBudget(new RetryBudgetSpec(0, 0), START);
        assertThat(budget.tryRetry(START)).isFalse();
        budget.change(new RetryBudgetSpec(0, 1));
        assertThat(budget.spec().minPerSecond()).isEqualTo(1);
        assertThat(retries(budget, START)).isEqualTo(10);
    }

    @Test
    void itAnswersAsAListOfAllCallsAndRetriesWould() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            RetryBudgetSpec spec = new RetryBudgetSpec(random.nextInt(60), random.nextInt(3));
            RetryBudget budget = new RetryBudget(spec, START);
            List<Long> calls = new ArrayList<>();
            List<Long> retries = new ArrayList<>();
            long elapsed = 0;
            for (int i = 0; i < 2000; i++) {
                elapsed += random.nextLong(random.nextInt(200) == 0 ? 30 * SECOND : SECOND / 20);
                if (random.nextBoolean()) {
                    budget.called(0, START + elapsed);
                    calls.add(elapsed);
                    continue;
                }
                long second = elapsed / SECOND;
                long counted =
                        calls.stream().filter((at) -> at / SECOND > second - 10).count();
                long spent = retries.stream()
                        .filter((at) -> at / SECOND > second - 11)
                        .count();
                boolean expected = spent + 1 <= counted * spec.percent() / 100 + spec.minPerSecond() * 10L;
                assertThat(budget.tryRetry(START + elapsed))
                        .as("seed %d, round %d, step %d", seed, round, i)
                        .isEqualTo(expected);
                if (expected) {
                    retries.add(elapsed);
                    assertThat(latest(retries, elapsed))
                            .as("seed %d, round %d, step %d", seed, round, i)
                            .isLessThanOrEqualTo(
                                    latest(calls, elapsed) * spec.percent() / 100 + spec.minPerSecond() * 10L);
                }
            }
        }
    }

    private static long latest(List<Long> times, long now) {
        return times.stream().filter((at) -> at > now - 10 * SECOND).count();
    }

    @Test
    void manyAtOnceSpendTheBudgetOnce() throws Exception {
        for (int round = 0; round < 50; round++) {
            RetryBudget budget = new RetryBudget(new RetryBudgetSpec(10, 1), START);
            int given = 0;
            Race.run(8, () -> {
                for (int i = 0; i < 125; i++) {
                    budget.called(i, START);
                }
                return 0;
            });
            for (Future<Integer> each : Race.run(8, () -> retries(budget, START))) {
                given += each.get();
            }
            assertThat(given).isEqualTo(110);
        }
    }

    @Test
    void aThreadWithAnOldReadingDoesNotOverlookLaterRetries() {
        RetryBudget budget = new RetryBudget(new RetryBudgetSpec(0, 1), START);
        assertThat(retries(budget, START + 5 * SECOND)).isEqualTo(10);
        assertThat(budget.tryRetry(START + 4 * SECOND)).isFalse();
    }

    private static int retries(RetryBudget budget, long now) {
        int retries = 0;
        while (budget.tryRetry(now)) {
            retries++;
        }
        return retries;
    }
}
