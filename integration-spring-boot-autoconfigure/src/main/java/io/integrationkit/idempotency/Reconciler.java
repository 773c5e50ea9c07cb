package io.integrationkit.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the work of a call was done whose process died: asks the bank for the payment, the table for the row.
 * A bean of this type belongs to the {@link Idempotent} operation it names, which has
 * {@code afterCrash = RECONCILE}. It is asked by the next call with the key, which holds the key meanwhile; safe for use
 * by any number of threads.
 */
public interface Reconciler {

    /**
     * Returns for whose calls it answers.
     *
     * @return name of the operation
     */
    String operation();

    /**
     * Finds out.
     *
     * @param call the call that asks: it has the key and the arguments of the one that died
     * @return what was found
     * @throws Exception if it cannot be found out now; the outcome stays unknown, and the next call asks again
     */
    Finding reconcile(UnfinishedCall call) throws Exception;

    /**
     * A call whose outcome is to be found out.
     *
     * @param operation name of the operation
     * @param arguments the arguments, as the caller passed them; not to be changed
     */
    record UnfinishedCall(String operation, @Nullable Object[] arguments) {}

    /** What a reconciler found. */
    sealed interface Finding {

        /**
         * The work was done.
         *
         * @param result what the method would have returned; {@code null} if it returns nothing
         */
        record Done(@Nullable Object result) implements Finding {}

        /** The work was not done, and is done now. */
        record NotDone() implements Finding {}

        /** It is not known; the call is refused. */
        record Unknown() implements Finding {}
    }

    /**
     * The work was done.
     *
     * @param result what the method would have returned; {@code null} if it returns nothing
     * @return the finding
     */
    static Finding done(@Nullable Object result) {
        return new Finding.Done(result);
    }

    /**
     * The work was not done.
     *
     * @return the finding
     */
    static Finding notDone() {
        return new Finding.NotDone();
    }

    /**
     * Nobody can tell.
     *
     * @return the finding
     */
    static Finding unknown() {
        return new Finding.Unknown();
    }
}
