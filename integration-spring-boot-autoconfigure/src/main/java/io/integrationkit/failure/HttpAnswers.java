package io.integrationkit.failure;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** What the status and the headers of an HTTP answer say, whichever client received it. */
final class HttpAnswers {

    private final RetryAfter retryAfter;

    HttpAnswers(InstantSource clock) {
        this.retryAfter = new RetryAfter(clock);
    }

    /**
     * Classifies an answer.
     *
     * @param status status of the answer
     * @param headers its headers, or {@code null} if the client kept none
     * @return the classification, or {@code null} if the status says no failure
     */
    @Nullable
    Failure classify(int status, @Nullable HttpHeaders headers) {
        Failure known = byStatus(status);
        if (known == null || headers == null) {
            return known;
        }
        boolean usedUp = RateLimitHeaders.usedUp(headers);
        if (status == 403 && usedUp) {
            // Some callees (GitHub) refuse so what is over a quota.
            known = Failure.of(FailureCategory.RATE_LIMIT);
        }
        if (!known.retryable()) {
            return known;
        }
        boolean limited = known.category() == FailureCategory.RATE_LIMIT || usedUp;
        return known.withRetryAfter(this.retryAfter.of(headers, limited));
    }

    /** The callee did its work, but its answer does not have the form we expect: the input is not to blame. */
    static Failure unreadable() {
        return new Failure(FailureCategory.PERMANENT, false, true, null);
    }

    private static @Nullable Failure byStatus(int status) {
        return switch (status) {
            case 408, 425, 503 -> Failure.of(FailureCategory.TEMPORARY);
            case 429 -> Failure.of(FailureCategory.RATE_LIMIT);
            case 400, 422 -> Failure.of(FailureCategory.VALIDATION);
            case 501, 505 -> Failure.of(FailureCategory.PERMANENT);
            default ->
                switch (status / 100) {
                    case 4 -> Failure.of(FailureCategory.PERMANENT);
                    case 5 -> Failure.outcomeUnknown();
                    default -> null;
                };
        };
    }
}
