package io.integrationkit.limit;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** The common bucket of a policy in Redis. Each method asks Redis and fails if it does not answer in time. */
final class RedisBucket {

    private static final long LONGEST_WAIT = 1L << 58;

    private final byte[] key;

    private final BucketConfiguration configuration;

    /** Whether the settings in Redis, which may be those of an earlier version, were replaced. */
    private volatile boolean configured;

    RedisBucket(String key, RateLimitSpec spec) {
        this.key = key.getBytes(StandardCharsets.UTF_8);
        this.configuration = BucketConfiguration.builder()
                .addLimit((limit) -> limit.capacity(spec.burst()).refillGreedy(spec.permits(), spec.period()))
                .build();
    }

    long reserve(ProxyManager<byte[]> manager, long maxWaitNanos) {
        BucketProxy bucket = bucket(manager);
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        if (probe.isConsumed()) {
            return 0;
        }
        if (probe.getNanosToWaitForRefill() > maxWaitNanos) {
            return -probe.getNanosToWaitForRefill();
        }
        // Bucket4j reserves in its own blocking call only; a strategy that does not block tells the wait.
        AtomicLong wait = new AtomicLong();
        boolean reserved =
                bucket.asBlocking().tryConsumeUninterruptibly(1, Math.min(LONGEST_WAIT, maxWaitNanos), wait::set);
        return reserved ? wait.get() : -probe.getNanosToWaitForRefill();
    }

    long release(ProxyManager<byte[]> manager) {
        bucket(manager).addTokens(1);
        return 0;
    }

    long available(ProxyManager<byte[]> manager) {
        return bucket(manager).getAvailableTokens();
    }

    private BucketProxy bucket(ProxyManager<byte[]> manager) {
        BucketProxy bucket = manager.builder().build(this.key, () -> this.configuration);
        if (!this.configured) {
            bucket.replaceConfiguration(this.configuration, TokensInheritanceStrategy.AS_IS);
            this.configured = true;
        }
        return bucket;
    }
}
