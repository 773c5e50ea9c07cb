package io.integrationkit.limit;

import io.integrationkit.context.TimeSource;
import io.lettuce.core.AbstractRedisClient;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Makes rate limiters whose permits all instances share, as buckets of Bucket4j in Redis; those of one instance are made
 * without it. Safe for use by any number of threads.
 *
 * <p><b>What is promised.</b> While Redis answers, all instances together begin no more calls than the settings allow.
 * Instances reckon with their own clocks: one that is ahead by a second may begin the permits of one second early, once.
 * A permit that is given back after the bucket had been full without it is one call too many.
 *
 * <p><b>Without Redis.</b> A limit protects the callee from the average day; an outage of Redis must not become one of
 * the calls. So each instance always counts in a bucket of its own too, with the same settings, and goes by that alone
 * while Redis does not answer: then the instances together may begin as many times more as there are instances, each
 * without a burst it has already used. One WARN says when it begins, one INFO when it is over, and
 * {@link #answeredWithoutStore} counts. The time that Redis may take is bounded; while it is down it is asked once a
 * second.
 *
 * <p><b>Changed settings.</b> A new limiter puts its settings into the bucket, so for the common bucket those that were
 * set last are in force, while each instance never exceeds its own.
 */
public final class ClusterRateLimiters implements RateLimiters, AutoCloseable {

    private final RedisBuckets buckets;

    private final String keyPrefix;

    private ClusterRateLimiters(RedisBuckets buckets, String keyPrefix) {
        this.buckets = buckets;
        this.keyPrefix = keyPrefix;
    }

    /**
     * Creates them over a client of Lettuce. The first limiter that is to be shared connects, within the client's own
     * connect time-out; if Redis cannot be reached, it is tried again later.
     *
     * @param client gives the client, of one Redis or of a cluster; not closed by this
     * @param keyPrefix begins the keys of the buckets; the name of the policy follows
     * @param timeout longest time that one question to Redis may take
     * @param time measures pauses
     * @param executor where a lost connection is made again; may block
     * @return what makes rate limiters
     */
    public static ClusterRateLimiters over(
            Supplier<AbstractRedisClient> client,
            String keyPrefix,
            Duration timeout,
            TimeSource time,
            Executor executor) {
        return new ClusterRateLimiters(new RedisBuckets(client, timeout, time, executor), keyPrefix);
    }

    @Override
    public RateLimiter create(String policy, RateLimitSpec spec, long now) {
        RateLimiter own = RateLimiter.local(spec, now);
        if (spec.scope() != RateLimitSpec.Scope.CLUSTER) {
            return own;
        }
        this.buckets.begin();
        return new ClusterRateLimiter(own, new RedisBucket(this.keyPrefix + policy, spec), this.buckets);
    }

    /**
     * Tells how often an instance had to go by its own bucket alone.
     *
     * @return the number of answers since the start
     */
    public long answeredWithoutStore() {
        return this.buckets.unanswered();
    }

    /** Closes the connection; limiters go by their own buckets from then on. May be called twice. */
    @Override
    public void close() {
        this.buckets.close();
    }
}
