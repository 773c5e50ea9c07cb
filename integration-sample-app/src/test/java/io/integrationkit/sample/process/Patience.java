package io.integrationkit.sample.process;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other processes do by looking again and again, and not for ever. */
public final class Patience {

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final TimeSource time;

    private final Duration limit;

    /**
     * Creates one.
     *
     * @param time measures how long it takes
     * @param limit the longest time to wait for one thing
     */
    public Patience(TimeSource time, Duration limit) {
        this.time = time;
        this.limit = limit;
    }

    /**
     * Waits until a condition holds.
     *
     * @param complaint what is said if it does not
     * @param condition asked on the thread of the caller
     * @throws AssertionError with the complaint, if the time is over
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void await(Supplier<String> complaint, BooleanSupplier condition) throws InterruptedException {
        long giveUpAt = this.time.nanoTime() + this.limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (this.time.nanoTime() - giveUpAt > 0) {
                throw new AssertionError(complaint.get());
            }
            this.time.sleep(PAUSE);
        }
    }
}
