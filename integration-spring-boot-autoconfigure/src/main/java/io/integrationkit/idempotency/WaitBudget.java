package io.integrationkit.idempotency;

import io.integrationkit.context.Deadline;
import io.integrationkit.context.TimeSource;
import java.time.Duration;

/** How long a call may still wait for another one with its key. Belongs to one call. */
final class WaitBudget {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    private final TimeSource time;

    private final Duration longest;

    private final long started;

    private Duration pause = FIRST_PAUSE;

    WaitBudget(TimeSource time, Duration longest) {
        this.time = time;
        this.longest = longest;
        this.started = time.nanoTime();
    }

    /** How long ago the call began to ask for its key, in nanoseconds. */
    long spent() {
        return this.time.nanoTime() - this.started;
    }

    boolean isOver() {
        Duration left = left();
        return left.isZero() || left.isNegative();
    }

    /** What is left; not positive once there is nothing. */
    Duration left() {
        Duration left = this.longest.minus(Duration.ofNanos(spent()));
        Deadline deadline = Deadline.current();
        return (deadline != null) ? shorter(left, deadline.remaining()) : left;
    }

    /**
     * Lets some time pass before the store is asked again, more each time.
     *
     * @return {@code false} if there is no time left, or the thread was asked to stop, which it still knows then
     */
    boolean pause() {
        Duration left = left();
        if (left.isZero() || left.isNegative()) {
            return false;
        }
        try {
            this.time.sleep(shorter(this.pause, left));
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
        this.pause = shorter(this.pause.multipliedBy(2), LONGEST_PAUSE);
        return true;
    }

    /** Waits for a call of this process; answers as {@link #pause()} does. */
    boolean await(SingleFlight flights, SingleFlight.Flight flight) {
        try {
            return flights.await(flight, left());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return (one.compareTo(other) < 0) ? one : other;
    }
}
