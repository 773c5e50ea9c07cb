package io.integrationkit.actuate;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallObserver;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.Operation;
import io.integrationkit.context.TimeSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Counts and times the calls of each operation: {@code integration.calls} (timer, tags {@code operation} and
 * {@code outcome}) and {@code integration.call.attempts} (counter, tag {@code operation}). Attempts beyond the calls
 * are retries. Meters are registered once per operation and outcome.
 */
public final class CallMeters implements CallObserver {

    private final MeterRegistry registry;

    private final TimeSource time;

    /**
     * Creates the meters.
     *
     * @param registry where they are registered
     * @param time measures the calls
     */
    public CallMeters(MeterRegistry registry, TimeSource time) {
        this.registry = registry;
        this.time = time;
    }

    @Override
    public OfOperation observe(Operation operation) {
        return new Meters(this.registry, this.time, operation.name());
    }

    private static final class Meters implements OfOperation {

        private final MeterRegistry registry;

        private final TimeSource time;

        private final String operation;

        private final Counter attempts;

        private final Map<CallOutcome, Timer> calls = new ConcurrentHashMap<>();

        Meters(MeterRegistry registry, TimeSource time, String operation) {
            this.registry = registry;
            this.time = time;
            this.operation = operation;
            this.attempts = Counter.builder("integration.call.attempts")
                    .description("Attempts of an operation; those beyond its calls are retries")
                    .tag("operation", operation)
                    .register(registry);
            timer(CallOutcome.EXECUTED);
        }

        @Override
        public long started() {
            return this.time.nanoTime();
        }

        @Override
        public void completed(Call call, long started) {
            timer(call.outcome()).record(this.time.nanoTime() - started, TimeUnit.NANOSECONDS);
            if (call.attempts() > 0) {
                this.attempts.increment(call.attempts());
            }
        }

        private Timer timer(CallOutcome outcome) {
            Timer timer = this.calls.get(outcome);
            if (timer == null) {
                timer = Timer.builder("integration.calls")
                        .description("Calls of an operation by how they ended")
                        .tag("operation", this.operation)
                        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .register(this.registry);
                this.calls.put(outcome, timer);
            }
            return timer;
        }
    }
}
