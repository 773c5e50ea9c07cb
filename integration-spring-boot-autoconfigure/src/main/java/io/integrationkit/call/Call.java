package io.integrationkit.call;

import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import java.lang.invoke.MethodHandle;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One call of an operation, on its way through the stages, which tell each other through it what they found out.
 * Belongs to one thread at a time: the caller's, and for a result that comes later the one on which it goes on.
 */
public final class Call {

    private static final Repetition NONE = (first, arguments) -> {
        throw ended();
    };

    private final int stripe;

    private Operation operation;

    /** {@code null} once the call has ended. */
    private @Nullable MethodInvocation invocation;

    /** Kept where advice behind ours may give the invocation others. */
    private @Nullable Object @Nullable [] arguments;

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

    private @Nullable Object attachment;

    private CallTracing.@Nullable Span span;

    private boolean idle;

    private int begun = 1;

    /** A call of its own, which no other follows. */
    Call(Operation operation, MethodInvocation invocation, Repetition repetition, TimeSource time) {
        this(operation, invocation, repetition, time, IdleCalls.ofThread().stripe());
    }

    Call(Operation operation, MethodInvocation invocation, Repetition repetition, TimeSource time, int stripe) {
        this.stripe = stripe;
        this.operation = operation;
        this.invocation = invocation;
        this.repetition = repetition;
        this.time = time;
    }

    /** Whether the call has ended and another may begin with this object. */
    boolean isIdle() {
        return this.idle;
    }

    /** How many calls began with this object. */
    int begun() {
        return this.begun;
    }

    /** Begins another call with an object that is idle. What is there already is not written again. */
    void begin(Operation called, MethodInvocation next, Repetition repeats, TimeSource measures) {
        this.idle = false;
        this.begun++;
        this.invocation = next;
        if (this.repetition != repeats) {
            this.repetition = repeats;
        }
        if (this.operation != called) {
            this.operation = called;
        }
        if (this.time != measures) {
            this.time = measures;
        }
    }

    /** Forgets the call, which has ended. */
    void forget() {
        this.invocation = null;
        this.arguments = null;
        this.insideTransaction = null;
        this.attempts = 0;
        this.overruns = 0;
        this.clockRead = false;
        if (this.outcome != CallOutcome.EXECUTED) {
            this.outcome = CallOutcome.EXECUTED;
        }
        this.refusal = null;
        this.key = null;
        this.deadLetterId = null;
        this.attachment = null;
        this.span = null;
        this.idle = true;
    }

    /** Forgets by what the method is called, which leads to the bean. */
    void forgetBean() {
        this.repetition = NONE;
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
        @Nullable Object[] passed = this.arguments;
        return (passed != null) ? passed : invocation().getArguments();
    }

    /**
     * Gives the method another argument than the caller passed; attempts that follow get it too.
     *
     * @param index which argument
     * @param value what it gets, of a type that fits the parameter
     */
    public void replaceArgument(int index, @Nullable Object value) {
        arguments()[index] = value;
        MethodInvocation inside = this.insideTransaction;
        if (inside != null) {
            // The same array, unless advice in between has passed on another one.
            inside.getArguments()[index] = value;
        }
    }

    /**
     * Returns the object whose method is called.
     *
     * @return the bean behind the proxy, or {@code null} if the call has none
     */
    public @Nullable Object target() {
        return invocation().getThis();
    }

    /**
     * Returns a number by which threads that count the same thing can choose different places to do so. Threads are
     * numbered in the order in which they make their first call; a call that goes on elsewhere keeps its number.
     *
     * @return any number, which may be negative
     */
    public int stripe() {
        return this.stripe;
    }

    /** Counts an attempt. Each one derives the keys of what it calls in the same order. */
    public void attemptStarted() {
        this.attempts++;
        if (this.attempts > 1) {
            IdempotencyContext claim = IdempotencyContext.current();
            if (claim != null) {
                claim.attemptBegins();
            }
        }
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
     * Returns what the outer half of a feature has left for its half inside the transaction.
     *
     * @return what {@link #attach} was given last, or {@code null}
     */
    public @Nullable Object attachment() {
        return this.attachment;
    }

    /**
     * Leaves something for the half of a feature that stands inside the transaction. One feature at a time can.
     *
     * @param note what to leave, or {@code null} for nothing any more
     */
    public void attach(@Nullable Object note) {
        this.attachment = note;
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

    /** Runs the advice behind the stages, and the method. */
    @Nullable
    Object proceed() throws Throwable {
        this.clockRead = false;
        MethodInvocation inside = this.insideTransaction;
        if (inside != null) {
            return inside.proceed();
        }
        MethodInvocation first = invocation();
        MethodHandle method = this.repetition.method(first);
        if (method != null) {
            return method.invokeExact(first.getThis(), first.getArguments());
        }
        this.arguments = arguments();
        return ((this.attempts > 1) ? this.repetition.of(first, arguments()) : first).proceed();
    }

    private MethodInvocation invocation() {
        MethodInvocation current = this.invocation;
        if (current == null) {
            throw ended();
        }
        return current;
    }

    /** Whoever kept a call that has ended must not mistake it for the next one. */
    private static IllegalStateException ended() {
        return new IllegalStateException("This call has ended; a call must not be kept");
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

    /** How what stands behind the stages is run, and run once more. */
    @FunctionalInterface
    interface Repetition {

        /** What proceeds on a further attempt. */
        MethodInvocation of(MethodInvocation first, @Nullable Object[] arguments);

        /**
         * The method itself, if nothing stands between it and the stages.
         *
         * @return takes target and arguments, any number of times; {@code null} if the invocation has to proceed
         */
        default @Nullable MethodHandle method(MethodInvocation first) {
            return null;
        }
    }
}
