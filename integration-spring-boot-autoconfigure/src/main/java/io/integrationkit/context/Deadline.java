package io.integrationkit.context;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The moment after which nobody waits for the answer of a call any more. Monotonic, so a change of the wall clock does
 * not move it. Bound to the thread of the call; stages that wait or retry ask {@link #current()} first.
 */
public final class Deadline {

    /**
     * Header of a record that carries a deadline: milliseconds since 1970, in decimal text. A moment and not a time that
     * is left, since records wait.
     */
    public static final String RECORD_HEADER = "X-Deadline";

    private static final ThreadLocal<@Nullable Deadline> CURRENT = new ThreadLocal<>();

    /** Whether one was ever bound: many applications have none, and need not look. */
    private static volatile boolean used;

    private final TimeSource time;

    private final long expiresAt;

    private Deadline(TimeSource time, long expiresAt) {
        this.time = time;
        this.expiresAt = expiresAt;
    }

    /**
     * Creates a deadline.
     *
     * @param remaining time left from now
     * @param time the time source that measures it
     * @return the deadline; already over if {@code remaining} is not positive
     */
    public static Deadline after(Duration remaining, TimeSource time) {
        return new Deadline(time, time.nanoTime() + remaining.toNanos());
    }

    /**
     * Returns the deadline of the running call.
     *
     * @return the deadline bound to this thread, or {@code null} if there is none
     */
    public static @Nullable Deadline current() {
        return used ? CURRENT.get() : null;
    }

    /**
     * Binds this deadline to the thread, unless an earlier one is bound: a nested call can shorten the time it has, not
     * lengthen it.
     *
     * @return closing it binds what was bound before
     */
    public Scope open() {
        Deadline outer = current();
        if (outer == null || this.expiresAt - outer.expiresAt < 0) {
            bind(this);
        }
        return () -> bind(outer);
    }

    /** Binds exactly this deadline to the thread, or none. */
    static void bind(@Nullable Deadline deadline) {
        if (deadline == null) {
            CURRENT.remove();
        } else {
            used = true;
            CURRENT.set(deadline);
        }
    }

    /**
     * Returns the time left.
     *
     * @return the time left; zero or negative once the deadline is over
     */
    public Duration remaining() {
        return Duration.ofNanos(this.expiresAt - this.time.nanoTime());
    }

    /**
     * Tells whether the deadline is over.
     *
     * @return whether no time is left
     */
    public boolean expired() {
        return this.expiresAt - this.time.nanoTime() <= 0;
    }
}
