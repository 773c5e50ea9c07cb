package io.integrationkit.idempotency;

import java.time.Duration;

/** Answer of a store to a call that wants to claim its key. */
public sealed interface Claim {

    /**
     * The key is the caller's: it may do the work.
     *
     * @param token what to show when the work has ended
     * @param lapsed whether the last holder never ended its claim: its work may have been done
     */
    record Granted(ClaimToken token, boolean lapsed) implements Claim {}

    /**
     * The work was done before.
     *
     * @param result how it ended
     * @param remembered for how much longer that is known
     */
    record Done(StoredResult result, Duration remembered) implements Claim {}

    /**
     * The work was given up before, and waits as a dead letter.
     *
     * @param entryId id of the dead letter
     */
    record DeadLettered(String entryId) implements Claim {}

    /**
     * Another call does the work right now.
     *
     * @param remaining time left of its lease
     */
    record InProgress(Duration remaining) implements Claim {}

    /**
     * A call began the work and never told how it ended; the request does not take such keys over.
     *
     * @param epoch epoch of that call
     */
    record OutcomeUnknown(long epoch) implements Claim {}

    /** The key belongs to a call with other arguments. */
    record Reused() implements Claim {}
}
