package io.integrationkit.breaker;

import io.integrationkit.testsupport.BreakerSpecs;
import io.integrationkit.testsupport.Rounds;
import java.time.Duration;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever several threads do with a circuit breaker at once, each sees what it would have seen had they come one after
 * the other to the plain model. Each test begins in a state from which a few calls lead to the interesting ones. Permits
 * are plain epochs here, so that stale ones and such as were never given are tried as well. The number of refusals is left
 * out: it is counted after the refusal.
 */
@Tag("lincheck")
@ParameterizedClass(name = "round {0}")
@MethodSource(Rounds.ALL)
class CircuitBreakerLincheckTests {

    private static final CircuitBreakerSpec COUNT = spec(60, 2).build();

    private static final CircuitBreakerSpec ONE_CALL = BreakerSpecs.of(1, 100, 1, Duration.ofMillis(100), 1);

    private static final CircuitBreakerSpec ONE_PROBE = spec(60, 1).build();

    private static final CircuitBreakerSpec TIME =
            spec(60, 2).latest(Duration.ofSeconds(1)).build();

    private static final List<CircuitBreakerSpec> CHANGES = List.of(
            COUNT,
            spec(30, 1).build(),
            spec(60, 3).metricsOnly().build(),
            TIME,
            spec(30, 2).latest(Duration.ofSeconds(1)).build());

    @Parameter
    private int round;

    @Test
    void withACountWindowItIsLinearizable() {
        check(CountBreaker.class, CountModel.class);
    }

    @Test
    void withAWindowOfOneCallItIsLinearizable() {
        check(OneCallBreaker.class, OneCallModel.class);
    }

    @Test
    void withATimeWindowItIsLinearizable() {
        check(TimeBreaker.class, TimeModel.class);
    }

    @Test
    void whileTheCalleeIsProbedItIsLinearizable() {
        check(ProbingBreaker.class, ProbingModel.class);
    }

    @Test
    void thePlacesOfTheProbesAreLinearizable() {
        check(PlacesBreaker.class, PlacesModel.class);
    }

    @Test
    void withForcedStatesAndChangedSettingsItIsLinearizable() {
        check(ControlledBreaker.class, ControlledModel.class);
    }

    /** Scenarios are drawn from a fixed seed: another length makes other ones. */
    private void check(Class<?> breaker, Class<?> model) {
        new StressOptions()
                .iterations(Rounds.share(20))
                .invocationsPerIteration(100)
                .threads(2)
                .actorsBefore(this.round % 3)
                .actorsPerThread(3 + this.round % 3)
                .actorsAfter(2)
                .sequentialSpecification(model)
                .check(breaker);
    }

    private static BreakerSpecs spec(int threshold, int probes) {
        return BreakerSpecs.with(3, threshold, 2, Duration.ofMillis(100), probes)
                .slow(Duration.ofMillis(1), 60)
                .backOff(2, Duration.ofMillis(300));
    }

    private static long nanos(int steps) {
        return Duration.ofMillis(100).multipliedBy(steps).toNanos();
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

    /** Calls, quick and slow, that open a closed breaker. */
    @Param(name = "permit", gen = IntGen.class, conf = "0:1")
    @Param(name = "milliseconds", gen = IntGen.class, conf = "0:1")
    public static final class CountBreaker {

        private final CircuitBreaker breaker = new CircuitBreaker("chat", COUNT, 0, (name, from, to) -> {});

        @Operation
        public long tryAcquire() {
            return this.breaker.tryAcquire(0);
        }

        @Operation(params = {"permit", "milliseconds"})
        public void succeeded(int permit, int milliseconds) {
            this.breaker.succeeded(permit, Duration.ofMillis(milliseconds).toNanos(), 0);
        }

        @Operation(params = {"permit", "milliseconds"})
        public void failed(int permit, int milliseconds) {
            this.breaker.failed(permit, Duration.ofMillis(milliseconds).toNanos(), 0);
        }

        @Operation
        public String status() {
            return describe(this.breaker.status(0));
        }
    }

    /** The smallest window, out of which the next call pushes the one before. */
    public static final class OneCallBreaker {

        private final CircuitBreaker breaker = new CircuitBreaker("chat", ONE_CALL, 0, (name, from, to) -> {});

        @Operation
        public long tryAcquire() {
            return this.breaker.tryAcquire(0);
        }

        @Operation
        public void succeeded() {
            this.breaker.succeeded(0, 0, 0);
        }

        @Operation
        public void failed() {
            this.breaker.failed(0, 0, 0);
        }

        @Operation
        public String status() {
            return describe(this.breaker.status(0));
        }
    }

    /** Likewise, while time passes and is forgotten. */
    @Param(name = "permit", gen = IntGen.class, conf = "0:1")
    @Param(name = "milliseconds", gen = IntGen.class, conf = "0:1")
    @Param(name = "now", gen = IntGen.class, conf = "0:12")
    public static final class TimeBreaker {

        private final CircuitBreaker breaker = new CircuitBreaker("chat", TIME, 0, (name, from, to) -> {});

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

        @Operation(params = "now")
        public String status(int now) {
            return describe(this.breaker.status(nanos(now)));
        }
    }

    /** An open breaker whose time is over: epoch 0 is stale, 2 is the probe. */
    @Param(name = "permit", gen = IntGen.class, conf = "0:2")
    public static final class ProbingBreaker {

        private final CircuitBreaker breaker = new CircuitBreaker("chat", ONE_PROBE, 0, (name, from, to) -> {});

        public ProbingBreaker() {
            this.breaker.failed(0, 0, 0);
            this.breaker.failed(0, 0, 0);
        }

        @Operation
        public long tryAcquire() {
            return this.breaker.tryAcquire(nanos(1));
        }

        @Operation(params = "permit")
        public void succeeded(int permit) {
            this.breaker.succeeded(permit, 0, nanos(1));
        }

        @Operation(params = "permit")
        public void failed(int permit) {
            this.breaker.failed(permit, 0, nanos(1));
        }

        @Operation(params = "permit")
        public void released(int permit) {
            this.breaker.released(permit);
        }

        @Operation
        public String status() {
            return describe(this.breaker.status(nanos(1)));
        }
    }

    /** An open breaker whose time is over, and probes that are given back. */
    public static final class PlacesBreaker {

        private final CircuitBreaker breaker = new CircuitBreaker("chat", ONE_PROBE, 0, (name, from, to) -> {});

        public PlacesBreaker() {
            this.breaker.failed(0, 0, 0);
            this.breaker.failed(0, 0, 0);
        }

        @Operation
        public long tryAcquire() {
            return this.breaker.tryAcquire(nanos(1));
        }

        @Operation
        public void released() {
            this.breaker.released(2);
        }
    }

    /** Everything at once, begun open. */
    @Param(name = "permit", gen = IntGen.class, conf = "0:4")
    @Param(name = "now", gen = IntGen.class, conf = "0:3")
    @Param(name = "state", gen = IntGen.class, conf = "0:2")
    @Param(name = "settings", gen = IntGen.class, conf = "0:4")
    public static final class ControlledBreaker {

        private final CircuitBreaker breaker = new CircuitBreaker("chat", COUNT, 0, (name, from, to) -> {});

        public ControlledBreaker() {
            this.breaker.failed(0, 0, 0);
            this.breaker.failed(0, 0, 0);
        }

        @Operation(params = "now")
        public long tryAcquire(int now) {
            return this.breaker.tryAcquire(nanos(now));
        }

        @Operation(params = {"permit", "now"})
        public void succeeded(int permit, int now) {
            this.breaker.succeeded(permit, 0, nanos(now));
        }

        @Operation(params = {"permit", "now"})
        public void failed(int permit, int now) {
            this.breaker.failed(permit, 0, nanos(now));
        }

        @Operation(params = "permit")
        public void released(int permit) {
            this.breaker.released(permit);
        }

        @Operation(params = {"state", "now"})
        public void hold(int state, int now) {
            this.breaker.force((state == 0) ? null : Forced.values()[state - 1], nanos(now));
        }

        @Operation(params = {"settings", "now"})
        public void change(int settings, int now) {
            this.breaker.change(CHANGES.get(settings), nanos(now));
        }

        @Operation(params = "now")
        public String status(int now) {
            return describe(this.breaker.status(nanos(now)));
        }
    }

    /** The same on the model. */
    public static final class CountModel {

        private final NaiveCircuitBreaker breaker = new NaiveCircuitBreaker(COUNT, 0);

        public long tryAcquire() {
            return this.breaker.tryAcquire(0);
        }

        public void succeeded(int permit, int milliseconds) {
            this.breaker.ended(permit, false, Duration.ofMillis(milliseconds).toNanos(), 0);
        }

        public void failed(int permit, int milliseconds) {
            this.breaker.ended(permit, true, Duration.ofMillis(milliseconds).toNanos(), 0);
        }

        public String status() {
            return describe(this.breaker.status(0));
        }
    }

    /** The same on the model. */
    public static final class OneCallModel {

        private final NaiveCircuitBreaker breaker = new NaiveCircuitBreaker(ONE_CALL, 0);

        public long tryAcquire() {
            return this.breaker.tryAcquire(0);
        }

        public void succeeded() {
            this.breaker.ended(0, false, 0, 0);
        }

        public void failed() {
            this.breaker.ended(0, true, 0, 0);
        }

        public String status() {
            return describe(this.breaker.status(0));
        }
    }

    /** The same on the model. */
    public static final class TimeModel {

        private final NaiveCircuitBreaker breaker = new NaiveCircuitBreaker(TIME, 0);

        public long tryAcquire(int now) {
            return this.breaker.tryAcquire(nanos(now));
        }

        public void succeeded(int permit, int milliseconds, int now) {
            this.breaker.ended(permit, false, Duration.ofMillis(milliseconds).toNanos(), nanos(now));
        }

        public void failed(int permit, int milliseconds, int now) {
            this.breaker.ended(permit, true, Duration.ofMillis(milliseconds).toNanos(), nanos(now));
        }

        public String status(int now) {
            return describe(this.breaker.status(nanos(now)));
        }
    }

    /** The same on the model. */
    public static final class ProbingModel {

        private final NaiveCircuitBreaker breaker = new NaiveCircuitBreaker(ONE_PROBE, 0);

        public ProbingModel() {
            this.breaker.ended(0, true, 0, 0);
            this.breaker.ended(0, true, 0, 0);
        }

        public long tryAcquire() {
            return this.breaker.tryAcquire(nanos(1));
        }

        public void succeeded(int permit) {
            this.breaker.ended(permit, false, 0, nanos(1));
        }

        public void failed(int permit) {
            this.breaker.ended(permit, true, 0, nanos(1));
        }

        public void released(int permit) {
            this.breaker.released(permit);
        }

        public String status() {
            return describe(this.breaker.status(nanos(1)));
        }
    }

    /** The same on the model. */
    public static final class PlacesModel {

        private final NaiveCircuitBreaker breaker = new NaiveCircuitBreaker(ONE_PROBE, 0);

        public PlacesModel() {
            this.breaker.ended(0, true, 0, 0);
            this.breaker.ended(0, true, 0, 0);
        }

        public long tryAcquire() {
            return this.breaker.tryAcquire(nanos(1));
        }

        public void released() {
            this.breaker.released(2);
        }
    }

    /** The same on the model. */
    public static final class ControlledModel {

        private final NaiveCircuitBreaker breaker = new NaiveCircuitBreaker(COUNT, 0);

        public ControlledModel() {
            this.breaker.ended(0, true, 0, 0);
            this.breaker.ended(0, true, 0, 0);
        }

        public long tryAcquire(int now) {
            return this.breaker.tryAcquire(nanos(now));
        }

        public void succeeded(int permit, int now) {
            this.breaker.ended(permit, false, 0, nanos(now));
        }

        public void failed(int permit, int now) {
            this.breaker.ended(permit, true, 0, nanos(now));
        }

        public void released(int permit) {
            this.breaker.released(permit);
        }

        public void hold(int state, int now) {
            this.breaker.force((state == 0) ? null : Forced.values()[state - 1], nanos(now));
        }

        public void change(int settings, int now) {
            this.breaker.change(CHANGES.get(settings), nanos(now));
        }

        public String status(int now) {
            return describe(this.breaker.status(nanos(now)));
        }
    }
}
