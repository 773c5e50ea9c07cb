package io.integrationkit.limit;

/**
 * A permit is one of the instance's own bucket and one of the common bucket. The own bucket comes first: it answers
 * what the instance alone has exhausted without asking Redis, and it knows what the instance has used when Redis stops
 * answering.
 */
final class ClusterRateLimiter implements RateLimiter {

    private final RateLimiter own;

    private final RedisBucket common;

    private final RedisBuckets buckets;

    ClusterRateLimiter(RateLimiter own, RedisBucket common, RedisBuckets buckets) {
        this.own = own;
        this.common = common;
        this.buckets = buckets;
    }

    @Override
    public long reserve(long now, long maxWaitNanos) {
        long wait = this.own.reserve(now, maxWaitNanos);
        if (wait < 0) {
            return wait;
        }
        long commonWait = this.buckets.ask((manager) -> this.common.reserve(manager, maxWaitNanos), 0);
        if (commonWait < 0) {
            this.own.release(now);
            return commonWait;
        }
        return Math.max(wait, commonWait);
    }

    @Override
    public void release(long reservedAt) {
        this.own.release(reservedAt);
        this.buckets.ask(this.common::release, 0);
    }

    @Override
    public RateLimitSpec spec() {
        return this.own.spec();
    }

    @Override
    public double available(long now) {
        double available = this.own.available(now);
        long common = this.buckets.ask(this.common::available, (long) Math.ceil(available));
        return Math.min(available, (double) common);
    }
}
