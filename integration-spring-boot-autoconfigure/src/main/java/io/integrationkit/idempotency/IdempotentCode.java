package io.integrationkit.idempotency;

import io.integrationkit.reliable.ThrowingSupplier;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Runs work once for each key, as one operation with a plan, meters and a place in {@code /actuator/integration}. The plan
 * is made by the first call; settings that cannot work, or a name that another operation has, are told by that call with
 * an {@link io.integrationkit.call.InvalidOperationException}. An operation has one set of settings: give the same ones
 * wherever it is named. Immutable; safe for use by any number of threads; may be kept.
 *
 * @param <T> type of the result
 */
public final class IdempotentCode<T> {

    private final Idempotency idempotency;

    private final CodeDefinition definition;

    IdempotentCode(Idempotency idempotency, CodeDefinition definition) {
        this.idempotency = idempotency;
        this.definition = definition;
    }

    /**
     * Says for how long a result is remembered.
     *
     * @param ttl the time
     * @return the same operation with this
     */
    public IdempotentCode<T> ttl(Duration ttl) {
        return with("ttl", ttl.toString());
    }

    /**
     * Says after which time a call that neither ends nor renews its lease counts as dead.
     *
     * @param lease the time
     * @return the same operation with this
     */
    public IdempotentCode<T> lease(Duration lease) {
        return with("lease", lease.toString());
    }

    /**
     * Says whose keys meet.
     *
     * @param scope whether each caller has keys of its own
     * @return the same operation with this
     */
    public IdempotentCode<T> scope(KeyScope scope) {
        return with("scope", scope);
    }

    /**
     * Says where the claim lives.
     *
     * @param mode in a transaction, or a lease
     * @return the same operation with this
     */
    public IdempotentCode<T> mode(IdempotencyMode mode) {
        return with("mode", mode);
    }

    /**
     * Says what a call does that finds another one with its key under way.
     *
     * @param onConcurrent whether it waits or is refused at once
     * @return the same operation with this
     */
    public IdempotentCode<T> onConcurrent(OnConcurrent onConcurrent) {
        return with("onConcurrent", onConcurrent);
    }

    /**
     * Says what becomes of a leased key whose call never told how it ended.
     *
     * @param afterCrash whether the next call does the work, is refused, or asks the reconciler
     * @return the same operation with this
     */
    public IdempotentCode<T> afterCrash(AfterCrash afterCrash) {
        return with("afterCrash", afterCrash);
    }

    private IdempotentCode<T> with(String attribute, Object value) {
        return new IdempotentCode<>(this.idempotency, this.definition.with(attribute, value));
    }

    /**
     * Runs work, unless it was done before with the same key.
     *
     * @param key the key, not blank
     * @param work what to do
     * @param <E> what it throws
     * @return its result, or that of the first call with the key
     * @throws E what it threw
     */
    public <E extends Throwable> @Nullable T execute(String key, ThrowingSupplier<? extends @Nullable T, E> work)
            throws E {
        return run(new KeyedWork(key, null, work));
    }

    /**
     * Runs work, unless it was done before with the same key.
     *
     * @param key the key, not blank
     * @param content what the work is about; another content with the same key is refused
     * @param work what to do
     * @param <E> what it throws
     * @return its result, or that of the first call with the key
     * @throws E what it threw
     */
    public <E extends Throwable> @Nullable T execute(
            String key, Object content, ThrowingSupplier<? extends @Nullable T, E> work) throws E {
        return run(new KeyedWork(key, content, work));
    }

    /** What the work returns is all there is to return, and what it throws all there is to throw. */
    @SuppressWarnings("unchecked")
    private <E extends Throwable> @Nullable T run(KeyedWork work) throws E {
        try {
            return (T) this.idempotency.defined(this.definition).run(work);
        } catch (Throwable failure) {
            throw (E) failure;
        }
    }

    @Override
    public String toString() {
        return this.definition.name();
    }
}
