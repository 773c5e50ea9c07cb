package io.integrationkit.limit;

/**
 * Gives permits to begin calls. In any time {@code t}, at most {@code burst + permits * t / period} calls begin. Safe
 * for use by any number of threads; never waits.
 */
public interface RateLimiter {

    /**
     * Takes a permit if it can be used in time.
     *
     * @param now monotonic nanoseconds; may overflow, and may be a little behind what another thread gave
     * @param maxWaitNanos longest time the call would wait for its permit; zero or less takes only one that is free
     * @return zero or more: the permit is taken, and the call may begin after so many nanoseconds. Less than zero:
     *     nothing is taken, and a permit would be free after {@code -result} nanoseconds
     */
    long reserve(long now, long maxWaitNanos);

    /**
     * Takes a permit if it can be used in time; faster where many threads do so.
     *
     * @param stripe any number; callers that run at once should have different ones, consecutive ones at best
     * @param now as for {@link #reserve(long, long)}
     * @param maxWaitNanos as for {@link #reserve(long, long)}
     * @return as for {@link #reserve(long, long)}
     */
    default long reserve(int stripe, long now, long maxWaitNanos) {
        return reserve(now, maxWaitNanos);
    }

    /**
     * Gives back a permit whose call did not begin. At most once for each permit. A permit of this instance comes back
     * only if nobody took one since; otherwise it is lost, so that giving back never lets more calls begin.
     *
     * @param reservedAt the reading that was given to {@link #reserve} for this permit
     */
    void release(long reservedAt);

    /**
     * Returns what is in force.
     *
     * @return the settings
     */
    RateLimitSpec spec();

    /**
     * Returns how many calls could begin at once; less than zero while calls wait for permits of the future. May be
     * approximate.
     *
     * @param now monotonic nanoseconds
     * @return the permits left
     */
    double available(long now);

    /**
     * Creates a rate limiter of this instance alone, with a full bucket.
     *
     * @param spec the settings; their scope is not looked at
     * @param now monotonic nanoseconds
     * @return the rate limiter
     */
    static RateLimiter local(RateLimitSpec spec, long now) {
        return new LocalRateLimiter(spec, now, PaddedCells.forThisMachine());
    }
}
