package io.integrationkit.actuate;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallObserver;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.failure.ProblemCode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The meters of one operation. Its sums are read by the registry, from any thread. */
final class OperationMeters implements CallObserver.OfOperation {

    private static final String DESCRIPTION = "Calls of an operation by how they ended";

    private final MeterRegistry registry;

    private final SummedMeters meters;

    private final Tags tags;

    private final boolean distribution;

    private final AtomicReferenceArray<Recorder> outcomes = new AtomicReferenceArray<>(CallOutcome.values().length);

    /** Most calls have one attempt, and are counted anyway; only the others are counted here. */
    private final LongAdder furtherAttempts = new LongAdder();

    private final LongAdder notAttempted = new LongAdder();

    private final LongAdder overruns = new LongAdder();

    /** By reason; there are four. */
    private final Map<String, LongAdder> refusals = new ConcurrentHashMap<>();

    private final AtomicLong attemptsReported = new AtomicLong();

    OperationMeters(MeterRegistry registry, SummedMeters meters, String operation, boolean distribution) {
        this.registry = registry;
        this.meters = meters;
        this.tags = Tags.of("operation", operation);
        this.distribution = distribution;
        meters.counter(
                "integration.call.attempts",
                "Attempts of an operation; those beyond its calls are retries",
                this.tags,
                this::attempts);
        meters.counter(
                "integration.call.overruns",
                "Attempts that went on after their time was over",
                this.tags,
                this.overruns::sum);
        recorder(CallOutcome.EXECUTED);
    }

    @Override
    public void completed(Call call, long nanos) {
        int attempts = call.attempts();
        if (attempts != 1) {
            countAttempts(attempts);
        }
        if (call.overruns() != 0) {
            this.overruns.add(call.overruns());
        }
        recorder(call.outcome()).record(call.stripe(), nanos);
        ProblemCode refusal = call.refusal();
        if (refusal != null) {
            countRefusal(refusal);
        }
    }

    /** A meter is registered by the first refusal for its reason: most operations never have one. */
    private void countRefusal(ProblemCode refusal) {
        String reason = reason(refusal);
        if (reason != null) {
            this.refusals.computeIfAbsent(reason, this::refusals).increment();
        }
    }

    private static @Nullable String reason(ProblemCode refusal) {
        return switch (refusal) {
            case CIRCUIT_OPEN -> "circuit-breaker";
            case RATE_LIMITED -> "rate-limit";
            case BULKHEAD_FULL -> "bulkhead";
            case DEADLINE_EXPIRED -> "deadline";
            default -> null;
        };
    }

    private LongAdder refusals(String reason) {
        LongAdder refusals = new LongAdder();
        this.meters.counter(
                "integration.call.refusals",
                "Calls that were refused before the callee was asked, by what refused them",
                this.tags.and("reason", reason),
                refusals::sum);
        return refusals;
    }

    private void countAttempts(int attempts) {
        if (attempts == 0) {
            this.notAttempted.increment();
        } else {
            this.furtherAttempts.add(attempts - 1L);
        }
    }

    /** Sums that are read one after the other may seem to go back for a moment, which a counter must not. */
    private long attempts() {
        long calls = 0;
        for (int i = 0; i < this.outcomes.length(); i++) {
            Recorder recorder = this.outcomes.get(i);
            calls += (recorder != null) ? recorder.count() : 0;
        }
        long attempts = calls - this.notAttempted.sum() + this.furtherAttempts.sum();
        return this.attemptsReported.accumulateAndGet(attempts, Math::max);
    }

    private Recorder recorder(CallOutcome outcome) {
        Recorder recorder = this.outcomes.get(outcome.ordinal());
        return (recorder != null) ? recorder : register(outcome);
    }

    private synchronized Recorder register(CallOutcome outcome) {
        Recorder known = this.outcomes.get(outcome.ordinal());
        if (known != null) {
            return known;
        }
        Tags tagged =
                this.tags.and("outcome", outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        Recorder recorder = this.distribution ? timer(tagged) : sums(tagged);
        this.outcomes.set(outcome.ordinal(), recorder);
        return recorder;
    }

    private Recorder timer(Tags tagged) {
        Timer timer = Timer.builder(CallMeters.CALLS)
                .description(DESCRIPTION)
                .tags(tagged)
                .register(this.registry);
        return new TimerRecorder(timer, new LongAdder());
    }

    private Recorder sums(Tags tagged) {
        CallSums sums = new CallSums();
        this.meters.timer(CallMeters.CALLS, DESCRIPTION, tagged, sums::calls, sums::nanos);
        return new SumRecorder(sums);
    }

    private interface Recorder {

        void record(int stripe, long nanos);

        /** Calls recorded here since the start. */
        long count();
    }

    /** Counts by itself: a timer may be denied, shared with other outcomes, or forget with each step of its registry. */
    private record TimerRecorder(Timer timer, LongAdder calls) implements Recorder {

        @Override
        public void record(int stripe, long nanos) {
            this.timer.record(nanos, TimeUnit.NANOSECONDS);
            this.calls.increment();
        }

        @Override
        public long count() {
            return this.calls.sum();
        }
    }

    private record SumRecorder(CallSums sums) implements Recorder {

        @Override
        public void record(int stripe, long nanos) {
            this.sums.add(stripe, nanos);
        }

        @Override
        public long count() {
            return this.sums.calls();
        }
    }
}
