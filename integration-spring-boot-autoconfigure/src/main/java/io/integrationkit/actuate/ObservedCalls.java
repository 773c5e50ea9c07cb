package io.integrationkit.actuate;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.CallTracing;
import io.integrationkit.call.Operation;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.Redaction;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Observes each call ({@link IntegrationObservation#CALL}) and, as its child, each attempt
 * ({@link IntegrationObservation#ATTEMPT}), so that a tracer makes spans of them.
 */
public final class ObservedCalls implements CallTracing {

    private static final CallObservationConvention OF_CALL = new DefaultCallObservationConvention();

    private static final AttemptObservationConvention OF_ATTEMPT = new DefaultAttemptObservationConvention();

    private final ObservationRegistry registry;

    private final @Nullable CallObservationConvention ofCall;

    private final @Nullable AttemptObservationConvention ofAttempt;

    private final @Nullable ObservedMessages messages;

    /**
     * Creates the tracing.
     *
     * @param registry told of the observations
     * @param ofCall the application's own convention for calls, or {@code null}
     * @param ofAttempt the application's own convention for attempts, or {@code null}
     */
    public ObservedCalls(
            ObservationRegistry registry,
            @Nullable CallObservationConvention ofCall,
            @Nullable AttemptObservationConvention ofAttempt) {
        this(registry, ofCall, ofAttempt, null);
    }

    /**
     * Creates the tracing of an application that receives messages.
     *
     * @param registry told of the observations
     * @param ofCall the application's own convention for calls, or {@code null}
     * @param ofAttempt the application's own convention for attempts, or {@code null}
     * @param messages knows the message a call is made for, or {@code null}
     */
    public ObservedCalls(
            ObservationRegistry registry,
            @Nullable CallObservationConvention ofCall,
            @Nullable AttemptObservationConvention ofAttempt,
            @Nullable ObservedMessages messages) {
        this.messages = messages;
        this.registry = registry;
        this.ofCall = ofCall;
        this.ofAttempt = ofAttempt;
    }

    @Override
    public OfOperation trace(Operation operation) {
        return new OfOperation() {

            @Override
            public Span call(Call call) {
                return beginCall(operation);
            }

            @Override
            public Span attempt(Call call) {
                return beginAttempt(operation, call);
            }
        };
    }

    private Span beginCall(Operation operation) {
        ObservedMessages.Observed message = (this.messages != null) ? this.messages.beginReceived() : null;
        CallObservationContext context = new CallObservationContext(operation);
        Observation call = IntegrationObservation.CALL.observation(this.ofCall, OF_CALL, () -> context, this.registry);
        if (message == null) {
            return new CallSpan(call.start(), context);
        }
        CallSpan span =
                new CallSpan(call.parentObservation(message.observation()).start(), context);
        return new MessageSpan(message, span);
    }

    private Span beginAttempt(Operation operation, Call call) {
        // Attempts are counted where they may be repeated; elsewhere there is one.
        int number = Math.max(1, call.attempts());
        Observation attempt = IntegrationObservation.ATTEMPT.observation(
                this.ofAttempt, OF_ATTEMPT, () -> new AttemptObservationContext(operation, number), this.registry);
        // Named, as the thread of a later attempt does not know it; a call that is not observed is no parent.
        Observation parent = observation(call.span());
        if (parent != null && !parent.isNoop()) {
            attempt.parentObservation(parent);
        }
        return new AttemptSpan(attempt.start());
    }

    private static @Nullable Observation observation(@Nullable Span ofCall) {
        if (ofCall instanceof MessageSpan within) {
            return within.call().observation();
        }
        return (ofCall instanceof CallSpan span) ? span.observation() : null;
    }

    private static Map<String, ?> reactorContext(Observation observation) {
        return observation.isNoop() ? Map.of() : Map.of(ObservationThreadLocalAccessor.KEY, observation);
    }

    /** What is switched off must not stand between what surrounds the call and what is inside. */
    private static Scope scope(Observation observation) {
        return observation.isNoop() ? () -> {} : observation.openScope()::close;
    }

    private static void stop(Observation observation, @Nullable Throwable failure) {
        if (failure != null) {
            observation.error(Redaction.STANDARD.of(failure));
        }
        observation.stop();
    }

    private record CallSpan(Observation observation, CallObservationContext told) implements Span {

        @Override
        public Scope open() {
            return scope(this.observation);
        }

        @Override
        public Map<String, ?> context() {
            return reactorContext(this.observation);
        }

        @Override
        public void ended(Call call, @Nullable Throwable failure) {
            boolean failed = failure != null && call.outcome() == CallOutcome.EXECUTED;
            this.told.ended(failed ? CallOutcome.FAILED : call.outcome());
            stop(this.observation, failure);
        }
    }

    /** The span of a message around that of the call that is its handling. */
    private record MessageSpan(ObservedMessages.Observed message, CallSpan call) implements Span {

        @Override
        public Scope open() {
            Scope outer = this.message.open();
            Scope inner = this.call.open();
            return () -> {
                inner.close();
                outer.close();
            };
        }

        @Override
        public Map<String, ?> context() {
            return this.call.context();
        }

        @Override
        public void ended(Call ended, @Nullable Throwable failure) {
            this.call.ended(ended, failure);
            this.message.ended(ended.outcome(), failure);
        }
    }

    private record AttemptSpan(Observation observation) implements Span {

        @Override
        public Scope open() {
            return scope(this.observation);
        }

        @Override
        public Map<String, ?> context() {
            return reactorContext(this.observation);
        }

        @Override
        public void ended(Call call, @Nullable Throwable failure) {
            stop(this.observation, failure);
        }
    }
}
