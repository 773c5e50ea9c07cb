package io.integrationkit.outbox;

/** How instances tell each other that there is something to send; the poll finds it without them, only later. */
interface RelaySignals {

    /** Where instances cannot tell each other anything. */
    RelaySignals NONE = new RelaySignals() {

        @Override
        public void start(Runnable wake) {}

        @Override
        public void published() {}

        @Override
        public void stop() {}
    };

    /**
     * Begins to listen.
     *
     * @param wake called on a thread of the signals when another instance published, or may have
     */
    void start(Runnable wake);

    /** Messages of this instance are committed. Returns at once. */
    void published();

    void stop();
}
