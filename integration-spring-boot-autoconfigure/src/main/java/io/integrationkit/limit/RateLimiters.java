package io.integrationkit.limit;

/** Port: makes the rate limiters of the policies. */
@FunctionalInterface
public interface RateLimiters {

    /**
     * Makes a rate limiter.
     *
     * @param policy name of the policy
     * @param spec the settings
     * @param now monotonic nanoseconds
     * @return a rate limiter of the scope that the settings ask for
     */
    RateLimiter create(String policy, RateLimitSpec spec, long now);

    /**
     * Makes rate limiters of this instance alone.
     *
     * @return makes local rate limiters, whatever the scope
     */
    static RateLimiters local() {
        return (policy, spec, now) -> RateLimiter.local(spec, now);
    }
}
