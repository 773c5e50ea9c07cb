package io.integrationkit.call;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One call of an operation, on its way through the stages, which tell each other through it what they found out.
 * Belongs to one thread at a time: the caller's, and for a result that comes later the one on which it goes on.
 */
public final class Call {

    /** Arguments of a call that has ended. */
    private static final @Nullable Object[] NOTHING = {};

    private Operation operation;

    private MethodInvocation invocation;

    private @Nullable Object[] arguments;

    private Repetition repetition;

    private TimeSource time;

    private @Nullable MethodInvocation insideTransaction;

    private int attempts;

    private int overruns;

    private boolean clockRead;

    private long clock;

    private CallOutcome outcome = CallOutcome.EXECUTED;

    private @Nullable ProblemCode refusal;

    private @Nullable String key;

    private @Nullable String deadLetterId;

    private CallTracing.@Nullable Span span;

    Call(Operation operation, MethodInvocation invocation, Repetition repetition, TimeSource time) {
        this.operation = operation;
        this.invocation = invocation;
        // Advice behind ours may give the invocation others.
        this.arguments = invocation.getArguments();
        this.repetition = repetition;
        this.time = time;
    }

    /** Begins another call with an object that is idle. */
    void begin(Operation called, MethodInvocation next, Repetition repeats, TimeSource measures) {
        this.operation = called;
        this.invocation = next;
        this.arguments = next.getArguments();
        this.repetition = repeats;
        this.time = measures;
    }

    /** Forgets the call, which has ended. */
    void forget() {
        this.invocation = Ended.CALL;
        this.arguments = NOTHING;
        this.insideTransaction = null;
        this.attempts = 0;
        this.overruns = 0;
        this.clockRead = false;
        this.outcome = CallOutcome.EXECUTED;
        this.refusal = null;
        this.key = null;
        this.deadLetterId = null;
        this.span = null;
    }

    /**
     * Returns the operation that is called.
     *
     * @return the operation
     */
    public Operation operation() {
        return this.operation;
    }

    /**
     * Returns the arguments as the caller passed them; not a copy.
     *
     * @return the arguments
     */
    public @Nullable Object[] arguments() {
        return (this.arguments != NOTHING) ? this.arguments : this.invocation.getArguments();
    }

    /**
     * Returns the object whose method is called.
     *
     * @return the bean behind the proxy, or {@code null} if the call has none
     */
    public @Nullable Object target() {
        return this.invocation.getThis();
    }

    /** Counts an attempt. */
    public void attemptStarted() {
        this.attempts++;
    }

    /**
     * Returns how often the method was attempted so far.
     *
     * @return number of attempts
     */
    public int attempts() {
        return this.attempts;
    }

    /** Counts an attempt that went on after its time was over. */
    public void overran() {
        this.overruns++;
    }

    /**
     * Returns how many attempts went on after their time was over.
     *
     * @return number of attempts
     */
    public int overruns() {
        return this.overruns;
    }

    /**
     * Returns the time by which the stages measure. Reading the clock costs more than all the rest of a stage, so the
     * reading is shared until somebody does what takes time: the method, and whoever calls {@link #timePassed()}.
     *
     * @return monotonic nanoseconds, as {@link TimeSource#nanoTime()}
     */
    public long nanoTime() {
        if (!this.clockRead) {
            this.clock = this.time.nanoTime();
            this.clockRead = true;
        }
        return this.clock;
    }

    /** Tells that something took time, so that the next {@link #nanoTime()} reads the clock. */
    public void timePassed() {
        this.clockRead = false;
    }

    /**
     * Returns what identifies this call among its repetitions: idempotency key or message id.
     *
     * @return the identity, or {@code null} if no stage knows one
     */
    public @Nullable String key() {
        return this.key;
    }

    /**
     * Notes what identifies this call among its repetitions.
     *
     * @param identity idempotency key or message id
     */
    public void identifiedBy(String identity) {
        this.key = identity;
    }

    /**
     * Returns how the call ended, as far as it is known.
     *
     * @return the outcome; {@link CallOutcome#EXECUTED} until a stage says otherwise
     */
    public CallOutcome outcome() {
        return this.outcome;
    }

    /**
     * Notes how the call ended.
     *
     * @param result the outcome
     */
    public void ended(CallOutcome result) {
        this.outcome = result;
    }

    /**
     * Notes that the call was refused before the callee was asked.
     *
     * @param reason which bound it met
     */
    public void refused(ProblemCode reason) {
        this.refusal = reason;
        this.outcome = CallOutcome.REJECTED;
    }

    /**
     * Returns why the call was refused.
     *
     * @return which bound it met, also if it was recovered then; {@code null} if none is known
     */
    public @Nullable ProblemCode refusal() {
        return this.refusal;
    }

    /**
     * Returns the dead letter this call became.
     *
     * @return id of the entry, or {@code null} if the call was not dead-lettered
     */
    public @Nullable String deadLetterId() {
        return this.deadLetterId;
    }

    /**
     * Notes that the call was stored as a dead letter.
     *
     * @param entryId id of the entry
     */
    public void deadLettered(String entryId) {
        this.deadLetterId = entryId;
        this.outcome = CallOutcome.DEAD_LETTERED;
    }

    /**
     * Returns the span of this call; the attempts find it here, also on other threads.
     *
     * @return the span, or {@code null} if calls are not traced
     */
    public CallTracing.@Nullable Span span() {
        return this.span;
    }

    void traced(CallTracing.Span begun) {
        this.span = begun;
    }

    /** What is to proceed now: the advice behind the stages, and the method. */
    MethodInvocation proceeding() {
        this.clockRead = false;
        MethodInvocation inside = this.insideTransaction;
        if (inside != null) {
            return inside;
        }
        return (this.attempts > 1) ? this.repetition.of(this.invocation, this.arguments) : this.invocation;
    }

    @Nullable
    Object proceedInside(Stage inner, MethodInvocation innerInvocation) throws Throwable {
        this.insideTransaction = innerInvocation;
        try {
            return inner.run(this);
        } finally {
            this.insideTransaction = null;
        }
    }

    /** How what stands behind the stages is run once more. */
    @FunctionalInterface
    interface Repetition {

        MethodInvocation of(MethodInvocation first, @Nullable Object[] arguments);
    }

    /** What a call is about that has ended: whoever kept it must not mistake it for the next one. */
    private enum Ended implements MethodInvocation {
        CALL;

        @Override
        public Method getMethod() {
            throw ended();
        }

        @Override
        public @Nullable Object[] getArguments() {
            throw ended();
        }

        @Override
        public @Nullable Object proceed() {
            throw ended();
        }

        @Override
        public @Nullable Object getThis() {
            throw ended();
        }

        @Override
        public AccessibleObject getStaticPart() {
            throw ended();
        }

        private static IllegalStateException ended() {
            return new IllegalStateException("This call has ended; a call must not be kept");
        }
    }
}
