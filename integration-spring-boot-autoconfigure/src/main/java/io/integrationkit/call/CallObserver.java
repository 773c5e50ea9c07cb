package io.integrationkit.call;

/** Port: told of each call that ended. Implemented by the meters. */
@FunctionalInterface
public interface CallObserver {

    /** Observes nothing. */
    CallObserver NONE = (operation) -> new OfOperation() {
        @Override
        public long started() {
            return 0;
        }

        @Override
        public void completed(Call call, long started) {}
    };

    /**
     * Makes the observer of one operation; called once, so that meters are registered once.
     *
     * @param operation the operation
     * @return its observer
     */
    OfOperation observe(Operation operation);

    /** Observes the calls of one operation; called by any number of threads, must not throw. */
    interface OfOperation {

        /**
         * Called before a call runs.
         *
         * @return the observer's own time reading, handed back at the end
         */
        long started();

        /**
         * Called after a call ended.
         *
         * @param call the call, with its outcome and attempts
         * @param started what {@link #started()} returned
         */
        void completed(Call call, long started);
    }
}
