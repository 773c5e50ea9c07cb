package io.integrationkit.context;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The correlation id of a call: one id that request, log lines, outgoing messages and dead letters share. It lives in
 * the MDC under {@value #MDC_KEY}, and nowhere else, so that logs and messages cannot disagree.
 */
public final class Correlation {

    /** Key of the correlation id in the MDC. */
    public static final String MDC_KEY = "correlationId";

    /** Header that carries the correlation id over HTTP and Kafka. */
    public static final String HEADER = "X-Correlation-Id";

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private Correlation() {}

    /**
     * Returns the correlation id of the running call.
     *
     * @return the id, or {@code null} if none is bound to this thread
     */
    public static @Nullable String current() {
        return MDC.get(MDC_KEY);
    }

    /**
     * Binds the given id, or a new one where it is missing or not acceptable: an id from outside goes into logs and
     * headers, so only {@code [A-Za-z0-9._-]{1,64}} is taken.
     *
     * @param received id from outside, or {@code null}
     * @return closing it binds what was bound before
     */
    public static Scope open(@Nullable String received) {
        String outer = current();
        MDC.put(MDC_KEY, (received != null && VALID.matcher(received).matches()) ? received : newId());
        return () -> restore(outer);
    }

    private static void restore(@Nullable String outer) {
        if (outer == null) {
            MDC.remove(MDC_KEY);
        } else {
            MDC.put(MDC_KEY, outer);
        }
    }

    /** Tells calls apart and guards nothing, so it need not be hard to guess. */
    private static String newId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
