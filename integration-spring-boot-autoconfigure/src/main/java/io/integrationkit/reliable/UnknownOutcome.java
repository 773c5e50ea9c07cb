package io.integrationkit.reliable;

import org.jspecify.annotations.Nullable;

/** Whether an operation may be repeated after an attempt of which nobody knows whether it did its work. */
enum UnknownOutcome {
    /** It may: the user says so, or wants retries whatever happens. */
    RETRY(null),
    /** The user says that it must not. */
    FORBIDDEN("the outcome is unknown and the method is @Reliable(safeToRetry = NO)"),
    /** Nobody says that it may. */
    SKIP("the outcome is unknown, and integration.reliable.unsafe-retry is skip; if doing the work twice does no"
            + " harm, say @Reliable(safeToRetry = YES)");

    private final @Nullable String reason;

    UnknownOutcome(@Nullable String reason) {
        this.reason = reason;
    }

    /** Why there is no further attempt, or {@code null} if there may be one. */
    @Nullable
    String forbidsRetry() {
        return this.reason;
    }
}
