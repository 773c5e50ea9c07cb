package io.integrationkit.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many keys a store holds.
 *
 * @param inProgress keys whose holder works under a valid lease
 * @param lapsed keys whose holder never ended its claim, with a lease that is over
 * @param done keys with a result
 * @param deadLettered keys whose work waits as a dead letter
 * @param oldestClaim age of the oldest claim that was not ended, or {@code null} if there is none
 * @param atLeast whether there are more keys than were counted
 */
public record KeyCounts(
        long inProgress,
        long lapsed,
        long done,
        long deadLettered,
        @Nullable Duration oldestClaim,
        boolean atLeast) {}
