package io.integrationkit.idempotency;

import java.time.Duration;

/** Answer of a store to a call that wants to claim its key. */
public sealed interface Claim {

    /**
     * The key is the caller's: it may do the work.
     *
     * @param token what to show when the work has ended
     */
    record Granted(ClaimToken token) implements Claim {}

    /**
     * The work was done before.
     *
     * @param result how it ended
     */
    record Done(StoredResult result) implements Claim {}

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

    /** The key belongs to a call with other arguments. */
    record Reused() implements Claim {}
}
