package io.integrationkit.call;

/** Port: told of each call that ended. Implemented by the meters. */
@FunctionalInterface
public interface CallObserver {

    /** Observes nothing. */
    CallObserver NONE = (operation) -> (call, nanos) -> {};

    /**
     * Makes the observer of one operation; called once, so that meters are registered once.
     *
     * @param operation the operation
     * @return its observer
     */
    OfOperation observe(Operation operation);

    /** Observes the calls of one operation; called by any number of threads, must not throw. */
    @FunctionalInterface
    interface OfOperation {

        /**
         * Called after a call ended.
         *
         * @param call the call, with its outcome and attempts; not to be kept
         * @param nanos how long it took
         */
        void completed(Call call, long nanos);
    }
}
