package io.integrationkit.idempotency;

import io.integrationkit.failure.ProblemException;

/** Tells the client of a request what is said of its key, beside the exception that its caller gets. */
interface Told {

    /** Nobody is to be told: the call is no request. */
    Told NOBODY = new Told() {};

    /** The call gets the result of an earlier one. */
    default void replayed() {}

    /** The call is refused because of its key. */
    default void refused(ProblemException problem) {}

    /** The same, for what is thrown then. */
    default <E extends ProblemException> E refusing(E problem) {
        refused(problem);
        return problem;
    }
}
