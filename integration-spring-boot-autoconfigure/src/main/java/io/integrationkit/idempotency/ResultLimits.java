package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * What of a result is stored, and how.
 *
 * @param maxSize largest result that is stored, as JSON; of a larger one only that there was one
 * @param replayedHeaders names of the headers of an HTTP response that are stored with it
 * @param replayedExceptions exceptions that are thrown again as what they are, beside those a method declares
 * @param cipher encrypts what is stored, or {@code null}
 */
public record ResultLimits(
        DataSize maxSize,
        List<String> replayedHeaders,
        List<Class<? extends Exception>> replayedExceptions,
        @Nullable ResultCipher cipher) {

    /** Good for one client or one connection only, or written by the server itself. */
    private static final Set<String> NEVER_REPLAYED = Set.of(
            "set-cookie",
            "set-cookie2",
            "authorization",
            "authentication-info",
            "proxy-authenticate",
            "proxy-authentication-info",
            "www-authenticate",
            "connection",
            "keep-alive",
            "content-length",
            "date",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            RequestKeys.REPLAYED_HEADER.toLowerCase(Locale.ROOT));

    /**
     * Creates limits.
     *
     * @throws InvalidOperationException if a value cannot work, or would give away what belongs to one client
     */
    public ResultLimits {
        if (maxSize.toBytes() <= 0 || maxSize.toBytes() > Integer.MAX_VALUE) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "integration.idempotency.max-result-size=%s is not a size between 1B and 2GB".formatted(maxSize),
                    "Set integration.idempotency.max-result-size to a size such as 256KB.");
        }
        replayedHeaders = replayedHeaders.stream()
                .map((name) -> name.strip().toLowerCase(Locale.ROOT))
                .toList();
        for (String name : replayedHeaders) {
            if (NEVER_REPLAYED.contains(name)) {
                throw new InvalidOperationException(
                        ProblemCode.INVALID_SETTING,
                        "integration.idempotency.http.replayed-headers names %s, which belongs to one client or one connection"
                                .formatted(name),
                        "Take %s out of integration.idempotency.http.replayed-headers.".formatted(name));
            }
        }
        replayedExceptions = List.copyOf(replayedExceptions);
        for (Class<?> type : replayedExceptions) {
            if (ReplayedExceptions.isAny(type)) {
                throw new InvalidOperationException(
                        ProblemCode.INVALID_SETTING,
                        "integration.idempotency.replayed-exceptions names %s, which says nothing of what may be thrown again"
                                .formatted(type.getName()),
                        "Name the exceptions of the application in integration.idempotency.replayed-exceptions.");
            }
        }
    }
}
