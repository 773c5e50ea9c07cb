package io.integrationkit.failure;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.converter.HttpMessageConversionException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.client.UnknownContentTypeException;

/** Answers of HTTP callees, by status and {@code Retry-After}, as Spring's blocking clients report them. */
final class HttpFailures implements FailureClassifier {

    /** Longest time a callee can make us wait; what is longer is a mistake of the callee. */
    private static final Duration MAX_RETRY_AFTER = Duration.ofDays(1);

    private static final Pattern DIGITS = Pattern.compile("-?\\d+");

    /** Longer numbers are beyond the maximum, and beyond a {@code long}. */
    private static final int MAX_DIGITS = 10;

    private final InstantSource clock;

    HttpFailures(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (failure instanceof RestClientResponseException answer) {
            Failure known = byStatus(answer.getStatusCode().value());
            return (known != null && known.retryable()) ? known.withRetryAfter(retryAfter(answer)) : known;
        }
        if (failure instanceof HttpMessageNotWritableException) {
            return Failure.of(FailureCategory.VALIDATION);
        }
        if (failure instanceof UnknownContentTypeException || isUnreadableAnswer(failure)) {
            return new Failure(FailureCategory.PERMANENT, false, true, null);
        }
        return null;
    }

    /** The callee did its work, but its answer does not have the form we expect: the input is not to blame. */
    private static boolean isUnreadableAnswer(Throwable failure) {
        return failure instanceof HttpMessageConversionException && !(failure.getCause() instanceof IOException);
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

    private @Nullable Duration retryAfter(RestClientResponseException answer) {
        HttpHeaders headers = answer.getResponseHeaders();
        String value = (headers != null) ? headers.getFirst(HttpHeaders.RETRY_AFTER) : null;
        if (headers == null || value == null) {
            return null;
        }
        Duration wait =
                DIGITS.matcher(value.strip()).matches() ? ofSeconds(value.strip()) : untilDate(headers, this.clock);
        if (wait == null) {
            return null;
        }
        return (wait.compareTo(MAX_RETRY_AFTER) > 0) ? MAX_RETRY_AFTER : wait;
    }

    private static Duration ofSeconds(String digits) {
        if (digits.startsWith("-")) {
            return Duration.ZERO;
        }
        return (digits.length() > MAX_DIGITS) ? MAX_RETRY_AFTER : Duration.ofSeconds(Long.parseLong(digits));
    }

    private static @Nullable Duration untilDate(HttpHeaders headers, InstantSource clock) {
        try {
            long date = headers.getFirstDate(HttpHeaders.RETRY_AFTER);
            return (date < 0) ? null : Duration.between(clock.instant(), Instant.ofEpochMilli(date));
        } catch (IllegalArgumentException ex) {
            // Neither seconds nor a date: as if the callee had named no time.
            return null;
        }
    }
}
