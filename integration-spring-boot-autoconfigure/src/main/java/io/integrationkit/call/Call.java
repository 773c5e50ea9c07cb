package io.integrationkit.call;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/**
 * One call of an operation, on its way through the stages. Belongs to the thread that makes the call; the stages tell
 * each other through it what they found out.
 */
public final class Call {

    private final Operation operation;

    private final MethodInvocation invocation;

    private @Nullable MethodInvocation insideTransaction;

    private boolean repeatable;

    private int attempts;

    private CallOutcome outcome = CallOutcome.EXECUTED;

    private @Nullable String key;

    private @Nullable String deadLetterId;

    Call(Operation operation, MethodInvocation invocation) {
        this.operation = operation;
        this.invocation = invocation;
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
        return this.invocation.getArguments();
    }

    /**
     * Tells the call that it may be attempted more than once. Must be said before the first attempt: a chain of advice
     * that ran once cannot run again, so each attempt then runs on a copy of it.
     */
    public void allowRepetition() {
        this.repeatable = true;
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

    @Nullable
    Object proceed() throws Throwable {
        MethodInvocation inside = this.insideTransaction;
        if (inside != null) {
            return inside.proceed();
        }
        if (this.repeatable && this.invocation instanceof ProxyMethodInvocation proxyInvocation) {
            return proxyInvocation.invocableClone().proceed();
        }
        return this.invocation.proceed();
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
}
