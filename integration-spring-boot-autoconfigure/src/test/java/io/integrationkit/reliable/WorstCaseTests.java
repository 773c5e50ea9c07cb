package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.Finding;
import io.integrationkit.call.Setting;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.limit.BulkheadSpec;
import io.integrationkit.limit.RateLimitSpec;
import io.integrationkit.testsupport.BreakerSpecs;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorstCaseTests {

    private RetrySpec retry = spec(3, "100ms", Jitter.FULL, null);

    private @Nullable Duration attemptTimeout;

    private @Nullable Duration deadline;

    private @Nullable RateLimitSpec rateLimit;

    private @Nullable BulkheadSpec bulkhead;

    @Test
    void nothingBoundsACallWithoutTimeOutAndDeadline() {
        assertThat(worstCase()).isEqualTo(new WorstCase(3, null));
        assertThat(worstCase().settings())
                .containsExactly(
                        new Setting("worst-case.attempts", "3", "computed"),
                        new Setting("worst-case.duration", "unbounded", "computed"));
    }

    @Test
    void eachAttemptMayTakeItsTimeOutAndEachWaitTheLongest() {
        this.attemptTimeout = Duration.ofSeconds(2);
        assertThat(worstCase().duration()).isEqualTo(Duration.ofSeconds(3 * 2 + 2 * 10));
        assertThat(worstCase().settings()).contains(new Setting("worst-case.duration", "26s", "computed"));
    }

    @Test
    void waitingForThePermitsOfThisApplicationCounts() {
        this.attemptTimeout = Duration.ofSeconds(2);
        this.rateLimit =
                new RateLimitSpec(1, Duration.ofSeconds(1), 1, Duration.ofSeconds(3), RateLimitSpec.Scope.INSTANCE);
        this.bulkhead = new BulkheadSpec(1, Duration.ofSeconds(4));
        assertThat(worstCase().duration()).isEqualTo(Duration.ofSeconds(3 * (2 + 3 + 4) + 2 * 10));
    }

    @Test
    void theDeadlineEndsItAll() {
        this.deadline = Duration.ofSeconds(5);
        assertThat(worstCase().duration()).isEqualTo(Duration.ofSeconds(5));
        this.attemptTimeout = Duration.ofSeconds(2);
        assertThat(worstCase().duration()).isEqualTo(Duration.ofSeconds(5));
        this.deadline = Duration.ofSeconds(60);
        assertThat(worstCase().duration()).isEqualTo(Duration.ofSeconds(26));
    }

    @Test
    void noAttemptBeginsAfterTheLongestElapsedTime() {
        this.retry = spec(3, "100ms", Jitter.FULL, Duration.ofSeconds(4));
        this.attemptTimeout = Duration.ofSeconds(2);
        assertThat(worstCase().duration()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void moreThanTenYearsIsUnbounded() {
        this.retry = spec(Integer.MAX_VALUE, "100ms", Jitter.FULL, null);
        this.attemptTimeout = Duration.ofMillis(1500);
        assertThat(worstCase()).isEqualTo(new WorstCase(Integer.MAX_VALUE, null));
    }

    @Test
    void findsAttemptsThatDoNotFitIntoTheDeadline() {
        this.attemptTimeout = Duration.ofSeconds(2);
        this.deadline = Duration.ofMillis(6299);
        assertThat(findings()).singleElement().satisfies((finding) -> {
            assertThat(finding.code()).isEqualTo(ProblemCode.DEADLINE_TOO_SHORT);
            assertThat(finding.message()).contains("3 attempts", "2s", "6300ms", "6299ms");
        });
        this.deadline = Duration.ofMillis(6300);
        assertThat(findings()).isEmpty();
    }

    @Test
    void theWaitsGrowUpToTheLongestWhateverTheJitter() {
        this.attemptTimeout = Duration.ofMillis(1);
        this.deadline = Duration.ofMillis(1);
        this.retry = spec(10, "1s", Jitter.EQUAL, null);
        assertThat(findings().get(0).message()).contains("65010ms");
        this.retry = spec(4, "1s", Jitter.DECORRELATED, null);
        assertThat(findings().get(0).message()).contains("22004ms");
        this.retry = spec(4, "0s", Jitter.FULL, null);
        assertThat(findings().get(0).message()).contains("may take 4ms");
        this.retry = new RetrySpec(4, Duration.ofSeconds(1), Duration.ofSeconds(10), 1, Jitter.NONE, null);
        assertThat(findings().get(0).message()).contains("3004ms");
    }

    @Test
    void findsALongestElapsedTimeBeyondTheDeadline() {
        this.retry = spec(3, "100ms", Jitter.FULL, Duration.ofSeconds(6));
        this.deadline = Duration.ofSeconds(5);
        assertThat(findings()).singleElement().satisfies((finding) -> {
            assertThat(finding.code()).isEqualTo(ProblemCode.SETTING_WITHOUT_EFFECT);
            assertThat(finding.message()).contains("max-elapsed is 6s", "deadline", "5s");
        });
        this.deadline = Duration.ofSeconds(6);
        assertThat(findings()).isEmpty();
    }

    private WorstCase worstCase() {
        return WorstCase.of(policy());
    }

    private List<Finding> findings() {
        return WorstCase.findings(policy());
    }

    private Policy policy() {
        return new Policy(
                "chat",
                this.retry,
                this.attemptTimeout,
                this.deadline,
                OnExhausted.RETHROW,
                null,
                BreakerSpecs.of(10, 50, 5, Duration.ofSeconds(10), 3),
                this.rateLimit,
                this.bulkhead,
                List.of());
    }

    private static RetrySpec spec(int attempts, String baseDelay, Jitter jitter, @Nullable Duration maxElapsed) {
        Duration base = Duration.parse("PT" + baseDelay.replace("100ms", "0.1s"));
        return new RetrySpec(attempts, base, Duration.ofSeconds(10), 2, jitter, maxElapsed);
    }
}
