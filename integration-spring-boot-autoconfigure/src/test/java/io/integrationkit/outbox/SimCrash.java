package io.integrationkit.outbox;

/** Ends whatever a process was doing when it died; no error, so that nobody takes it for a failure and goes on. */
final class SimCrash extends Error {

    private static final long serialVersionUID = 1L;

    SimCrash() {
        super("crash", null, false, false);
    }
}
