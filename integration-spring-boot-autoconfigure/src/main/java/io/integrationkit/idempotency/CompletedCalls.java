package io.integrationkit.idempotency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Results of this process and those it has read, so that a repetition need not ask the store. A key that is DONE stays so
 * until it is forgotten; nothing else is kept here, and nothing before the transaction that wrote it has committed.
 */
final class CompletedCalls {

    private static final int OVERHEAD = 256;

    private final @Nullable Cache<CallKey, Completed> calls;

    /**
     * Creates the cache.
     *
     * @param maxBytes about how much memory it may take; zero keeps nothing
     */
    CompletedCalls(long maxBytes) {
        this.calls = (maxBytes <= 0)
                ? null
                : Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .weigher(CompletedCalls::weight)
                        .build();
    }

    private static int weight(CallKey key, Completed completed) {
        byte[] payload = completed.result().payload();
        int result = (payload != null) ? payload.length : 0;
        return OVERHEAD
                + 2 * key.text().length()
                + 2 * result
                + 2 * completed.fingerprint().size();
    }

    @Nullable
    Completed find(CallKey key, long now) {
        Cache<CallKey, Completed> cache = this.calls;
        if (cache == null) {
            return null;
        }
        Completed completed = cache.getIfPresent(key);
        if (completed != null && now - completed.forgetAt() >= 0) {
            cache.invalidate(key);
            return null;
        }
        return completed;
    }

    boolean isEnabled() {
        return this.calls != null;
    }

    void keep(CallKey key, Completed completed) {
        if (this.calls != null) {
            this.calls.put(key, completed);
        }
    }

    /**
     * A call that was done.
     *
     * @param fingerprint what it was about
     * @param arguments its arguments, if they tell that and cannot change; otherwise {@code null}
     * @param result how it ended
     * @param value what it returned, if that cannot change and {@code known}
     * @param known whether {@code value} is what it returned
     * @param forgetAt monotonic nanoseconds from which on the key is free again
     */
    record Completed(
            Fingerprint fingerprint,
            @Nullable Object @Nullable [] arguments,
            StoredResult result,
            @Nullable Object value,
            boolean known,
            long forgetAt) {

        /** The end of a time to remember, at most a century from now. */
        static long end(long now, Duration remembered) {
            Duration longest = Duration.ofDays(36_500);
            return now + ((remembered.compareTo(longest) > 0) ? longest : remembered).toNanos();
        }
    }
}
