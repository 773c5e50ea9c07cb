package io.integrationkit.failure;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** How long the headers of an answer ask to wait: {@code Retry-After} first, then the headers of a rate limit. */
final class RetryAfter {

    /** Longest time a callee can make us wait; what is longer is a mistake of the callee. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Pattern DIGITS = Pattern.compile("-?\\d+");

    /** Longer numbers are beyond the maximum, and beyond a {@code long}. */
    private static final int MAX_DIGITS = 10;

    private final InstantSource clock;

    private final RateLimitHeaders rateLimit;

    RetryAfter(InstantSource clock) {
        this.clock = clock;
        this.rateLimit = new RateLimitHeaders(clock);
    }

    /**
     * Reads the headers.
     *
     * @param headers headers of the answer
     * @param limited whether the answer was given because of a rate limit; callees send its headers with any answer
     * @return time to wait, zero to one day, or {@code null} if the headers name none
     */
    @Nullable
    Duration of(HttpHeaders headers, boolean limited) {
        Duration wait = retryAfter(headers);
        if (wait == null && limited) {
            wait = this.rateLimit.untilReset(headers);
        }
        if (wait == null) {
            return null;
        }
        return (wait.compareTo(LONGEST) > 0) ? LONGEST : wait.isNegative() ? Duration.ZERO : wait;
    }

    private @Nullable Duration retryAfter(HttpHeaders headers) {
        String value = headers.getFirst(HttpHeaders.RETRY_AFTER);
        if (value == null) {
            return null;
        }
        String stripped = value.strip();
        return DIGITS.matcher(stripped).matches() ? ofSeconds(stripped) : untilDate(headers);
    }

    private static Duration ofSeconds(String digits) {
        if (digits.startsWith("-")) {
            return Duration.ZERO;
        }
        return (digits.length() > MAX_DIGITS) ? LONGEST : Duration.ofSeconds(Long.parseLong(digits));
    }

    private @Nullable Duration untilDate(HttpHeaders headers) {
        try {
            long date = headers.getFirstDate(HttpHeaders.RETRY_AFTER);
            return (date < 0) ? null : Duration.between(this.clock.instant(), Instant.ofEpochMilli(date));
        } catch (IllegalArgumentException ex) {
            // Neither seconds nor a date: as if the callee had named no time.
            return null;
        }
    }
}
