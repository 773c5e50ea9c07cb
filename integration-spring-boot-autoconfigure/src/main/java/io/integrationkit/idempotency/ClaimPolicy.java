package io.integrationkit.idempotency;

import io.integrationkit.call.Operation;
import org.jspecify.annotations.Nullable;

/**
 * How calls of one operation deal with their keys.
 *
 * @param operation the operation
 * @param spec how long keys are held, waited for and remembered
 * @param onConcurrent what a call does that finds another one with its key under way
 * @param afterCrash what becomes of a key whose call never told how it ended
 * @param reconciler asked about such a key, or {@code null} if nobody is
 */
record ClaimPolicy(
        Operation operation,
        IdempotencySpec spec,
        OnConcurrent onConcurrent,
        AfterCrash afterCrash,
        @Nullable Reconciler reconciler) {

    /** Whether the next call may take over a key whose call never told how it ended. */
    boolean takesOver() {
        return this.afterCrash != AfterCrash.REFUSE;
    }
}
