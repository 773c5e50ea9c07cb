package io.integrationkit.actuate;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is costly to ask, as it was a short time ago, so that the meters read together cost one question. A question that
 * fails is told to whoever asked, and asked again. Safe for use by any number of threads.
 */
final class Sampled<T> implements Supplier<T> {

    private final Supplier<T> source;

    private final long freshNanos;

    private final LongSupplier nanoTime;

    private @Nullable T last;

    private long askedAt;

    Sampled(Supplier<T> source, Duration fresh, LongSupplier nanoTime) {
        this.source = source;
        this.freshNanos = fresh.toNanos();
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized T get() {
        long now = this.nanoTime.getAsLong();
        T known = this.last;
        if (known == null || now - this.askedAt >= this.freshNanos) {
            this.last = null;
            known = this.source.get();
            this.last = known;
            this.askedAt = now;
        }
        return known;
    }
}
