package io.integrationkit.breaker;

import io.integrationkit.testsupport.BreakerSpecs;
import io.integrationkit.testsupport.Rounds;
import java.time.Duration;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever several threads do with a circuit breaker at once, each sees what it would have seen had they come one after
 * the other to the plain model. Permits are plain epochs here, so that stale ones and such as were never given are tried
 * as well. The number of refusals is left out: it is counted after the refusal.
 */
@ParameterizedClass(name = "round {0}")
@MethodSource(Rounds.ALL)
class CircuitBreakerLincheckTests {

    @Parameter
    private int round;

    @Test
    void withACountWindowItIsLinearizable() {
        stress().sequentialSpecification(CountModel.class).check(CountBreaker.class);
    }

    @Test
    void withATimeWindowItIsLinearizable() {
        stress().sequentialSpecification(TimeModel.class).check(TimeBreaker.class);
    }

    private static StressOptions stress() {
        return new StressOptions()
                .iterations(40)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsBefore(4)
                .actorsPerThread(4)
                .actorsAfter(2);
    }

    private static BreakerSpecs spec(int threshold, int probes) {
        return BreakerSpecs.with(3, threshold, 2, Duration.ofMillis(100), probes)
                .slow(Duration.ofMillis(1), 60)
                .backOff(2, Duration.ofMillis(300));
    }

    private static List<CircuitBreakerSpec> countSpecs() {
        return List.of(
                spec(60, 2).build(),
                spec(30, 1).build(),
                spec(60, 3).metricsOnly().build());
    }

    private static List<CircuitBreakerSpec> timeSpecs() {
        Duration window = Duration.ofSeconds(1);
        return List.of(
                spec(60, 2).latest(window).build(),
                spec(30, 1).latest(window.multipliedBy(2)).build(),
                spec(60, 3).latest(window).metricsOnly().build());
    }

    private static long nanos(int steps) {
        return Duration.ofMillis(100).multipliedBy(steps).toNanos();
    }

    private static Forced forced(int number) {
        return (number == 0) ? null : Forced.values()[number - 1];
    }

    private static String describe(CircuitBreakerStatus status) {
        return "%s forced=%s calls=%d failed=%.1f slow=%.1f opened=%d %s"
                .formatted(
                        status.state(),
                        status.forced(),
                        status.calls(),
                        status.failureRate(),
                        status.slowCallRate(),
                        status.opened(),
                        status.mode());
    }

    public static final class CountBreaker extends Breaker {

        public CountBreaker() {
            super(countSpecs());
        }
    }

    public static final class TimeBreaker extends Breaker {

        public TimeBreaker() {
            super(timeSpecs());
        }
    }

    public static final class CountModel extends Model {

        public CountModel() {
            super(countSpecs());
        }
    }

    public static final class TimeModel extends Model {

        public TimeModel() {
            super(timeSpecs());
        }
    }

    /** What the threads do. */
    @Param(name = "permit", gen = IntGen.class, conf = "0:4")
    @Param(name = "now", gen = IntGen.class, conf = "0:12")
    @Param(name = "milliseconds", gen = IntGen.class, conf = "0:1")
    @Param(name = "which", gen = IntGen.class, conf = "0:2")
    public abstract static class Breaker {

        private final List<CircuitBreakerSpec> specs;

        private final CircuitBreaker breaker;

        Breaker(List<CircuitBreakerSpec> specs) {
            this.specs = specs;
            this.breaker = new CircuitBreaker("chat", specs.get(0), 0, (name, from, to) -> {});
        }

        @Operation(params = "now")
        public long tryAcquire(int now) {
            return this.breaker.tryAcquire(nanos(now));
        }

        @Operation(params = {"permit", "milliseconds", "now"})
        public void succeeded(int permit, int milliseconds, int now) {
            this.breaker.succeeded(permit, Duration.ofMillis(milliseconds).toNanos(), nanos(now));
        }

        @Operation(params = {"permit", "milliseconds", "now"})
        public void failed(int permit, int milliseconds, int now) {
            this.breaker.failed(permit, Duration.ofMillis(milliseconds).toNanos(), nanos(now));
        }

        @Operation(params = "permit")
        public void released(int permit) {
            this.breaker.released(permit);
        }

        @Operation(params = {"which", "now"})
        public void force(int which, int now) {
            this.breaker.force(forced(which), nanos(now));
        }

        @Operation(params = {"which", "now"})
        public void change(int which, int now) {
            this.breaker.change(this.specs.get(which), nanos(now));
        }

        @Operation(params = "now")
        public String status(int now) {
            return describe(this.breaker.status(nanos(now)));
        }
    }

    /** The same on the model. */
    public abstract static class Model {

        private final List<CircuitBreakerSpec> specs;

        private final NaiveCircuitBreaker breaker;

        Model(List<CircuitBreakerSpec> specs) {
            this.specs = specs;
            this.breaker = new NaiveCircuitBreaker(specs.get(0), 0);
        }

        public long tryAcquire(int now) {
            return this.breaker.tryAcquire(nanos(now));
        }

        public void succeeded(int permit, int milliseconds, int now) {
            this.breaker.ended(permit, false, Duration.ofMillis(milliseconds).toNanos(), nanos(now));
        }

        public void failed(int permit, int milliseconds, int now) {
            this.breaker.ended(permit, true, Duration.ofMillis(milliseconds).toNanos(), nanos(now));
        }

        public void released(int permit) {
            this.breaker.released(permit);
        }

        public void force(int which, int now) {
            this.breaker.force(forced(which), nanos(now));
        }

        public void change(int which, int now) {
            this.breaker.change(this.specs.get(which), nanos(now));
        }

        public String status(int now) {
            return describe(this.breaker.status(nanos(now)));
        }
    }
}
