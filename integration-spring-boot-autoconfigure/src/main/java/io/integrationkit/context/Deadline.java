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

    private static final ThreadLocal<@Nullable Deadline> OF_WAITS = new ThreadLocal<>();

    /** Whether one was ever bound: many applications have none, and need not look. */
    private static volatile boolean used;

    private final TimeSource time;

    private final long expiresAt;

    private final boolean boundsOnlyWaits;

    private Deadline(TimeSource time, long expiresAt, boolean boundsOnlyWaits) {
        this.time = time;
        this.expiresAt = expiresAt;
        this.boundsOnlyWaits = boundsOnlyWaits;
    }

    /**
     * Creates a deadline.
     *
     * @param remaining time left from now
     * @param time the time source that measures it
     * @return the deadline; already over if {@code remaining} is not positive
     */
    public static Deadline after(Duration remaining, TimeSource time) {
        return new Deadline(time, time.nanoTime() + remaining.toNanos(), false);
    }

    /**
     * Creates what bounds the waits between attempts and nothing else: attempts go on beyond it, and no call is refused.
     * For threads that are wanted elsewhere, where somebody else can do the waiting.
     *
     * @param remaining time left from now
     * @param time the time source that measures it
     * @return the deadline of the waits
     */
    public static Deadline ofWaits(Duration remaining, TimeSource time) {
        return new Deadline(time, time.nanoTime() + remaining.toNanos(), true);
    }

    /**
     * Returns the moment before which a wait between two attempts has to end.
     *
     * @return what comes first of the {@link #current()} deadline and that of the waits, or {@code null} without both
     */
    public static @Nullable Deadline currentOfWaits() {
        if (!used) {
            return null;
        }
        Deadline ofCall = CURRENT.get();
        Deadline ofWaits = OF_WAITS.get();
        if (ofCall == null || ofWaits == null) {
            return (ofCall != null) ? ofCall : ofWaits;
        }
        return (ofWaits.expiresAt - ofCall.expiresAt < 0) ? ofWaits : ofCall;
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
     * lengthen it. One of waits is bound instead of another of waits.
     *
     * @return closing it binds what was bound before
     */
    public Scope open() {
        if (this.boundsOnlyWaits) {
            return openOfWaits();
        }
        Deadline outer = current();
        if (outer == null || this.expiresAt - outer.expiresAt < 0) {
            bind(this);
        }
        return () -> bind(outer);
    }

    private Scope openOfWaits() {
        Deadline outer = OF_WAITS.get();
        used = true;
        OF_WAITS.set(this);
        return () -> {
            if (outer == null) {
                OF_WAITS.remove();
            } else {
                OF_WAITS.set(outer);
            }
        };
    }

    /**
     * Tells what kind of deadline this is.
     *
     * @return whether only waits are bounded
     */
    public boolean boundsOnlyWaits() {
        return this.boundsOnlyWaits;
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
