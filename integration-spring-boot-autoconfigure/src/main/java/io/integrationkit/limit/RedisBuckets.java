package io.integrationkit.limit;

import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to Redis, and whether it answers. After a failure nobody asks for a second; then one caller tries, and
 * the others go on without Redis until it has an answer.
 */
final class RedisBuckets implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterRateLimiters.class);

    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    /** Keeps a key a little longer than its bucket takes to be full, when it says nothing any more. */
    private static final Duration EXPIRY_MARGIN = Duration.ofMinutes(1);

    private final Supplier<AbstractRedisClient> client;

    private final Duration timeout;

    private final TimeSource time;

    private final Executor executor;

    private final LongAdder unanswered = new LongAdder();

    /** When Redis may be asked again, while it does not answer. */
    private final AtomicReference<@Nullable Long> askAgain = new AtomicReference<>();

    private final AtomicBoolean begun = new AtomicBoolean();

    private volatile @Nullable Link link;

    private volatile boolean closed;

    RedisBuckets(Supplier<AbstractRedisClient> client, Duration timeout, TimeSource time, Executor executor) {
        this.client = client;
        this.timeout = timeout;
        this.time = time;
        this.executor = executor;
    }

    /** Connects on the caller's thread when the first limiter needs it; whatever fails then is tried again later. */
    void begin() {
        if (this.begun.compareAndSet(false, true)) {
            connect();
        }
    }

    /** Asks Redis, or answers for it if it does not. */
    long ask(ToLongFunction<ProxyManager<byte[]>> question, long otherwise) {
        Link current = this.link;
        if (this.closed || !mayAsk()) {
            this.unanswered.increment();
            return otherwise;
        }
        if (current == null) {
            this.unanswered.increment();
            this.executor.execute(this::connect);
            return otherwise;
        }
        try {
            long answer = question.applyAsLong(current.manager());
            answered();
            return answer;
        } catch (RuntimeException ex) {
            this.unanswered.increment();
            if (!Thread.currentThread().isInterrupted()) {
                failed(ex);
            }
            return otherwise;
        }
    }

    /** Compares with the very object that was read. */
    @SuppressWarnings("PrimitiveAtomicReference")
    private boolean mayAsk() {
        Long again = this.askAgain.get();
        if (again == null) {
            return true;
        }
        long now = this.time.nanoTime();
        return now - again >= 0 && this.askAgain.compareAndSet(again, now + PAUSE);
    }

    private void answered() {
        if (this.askAgain.get() != null && this.askAgain.getAndSet(null) != null) {
            LOG.info("Redis answers again; rate limits of scope 'cluster' are shared by all instances");
        }
    }

    private void failed(RuntimeException failure) {
        if (this.askAgain.getAndSet(this.time.nanoTime() + PAUSE) == null && !this.closed) {
            LOG.warn(
                    "{}: Redis does not answer; rate limits of scope 'cluster' hold for each instance alone until it does",
                    ProblemCode.LIMITER_STORE_UNAVAILABLE,
                    failure);
        }
    }

    private synchronized void connect() {
        if (this.link != null || this.closed) {
            return;
        }
        try {
            this.link = open();
        } catch (RuntimeException ex) {
            failed(ex);
        }
    }

    private Link open() {
        AbstractRedisClient lettuce = this.client.get();
        if (lettuce instanceof RedisClusterClient cluster) {
            StatefulRedisClusterConnection<byte[], byte[]> connection = cluster.connect(ByteArrayCodec.INSTANCE);
            return new Link(connection, configure(Bucket4jLettuce.casBasedBuilder(connection)));
        }
        StatefulRedisConnection<byte[], byte[]> connection = ((RedisClient) lettuce).connect(ByteArrayCodec.INSTANCE);
        return new Link(connection, configure(Bucket4jLettuce.casBasedBuilder(connection)));
    }

    private ProxyManager<byte[]> configure(Bucket4jLettuce.LettuceBasedProxyManagerBuilder<byte[]> builder) {
        return builder.requestTimeout(this.timeout)
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(EXPIRY_MARGIN))
                .build();
    }

    long unanswered() {
        return this.unanswered.sum();
    }

    @Override
    public synchronized void close() {
        this.closed = true;
        Link current = this.link;
        this.link = null;
        if (current != null) {
            current.connection().close();
        }
    }

    private record Link(StatefulConnection<byte[], byte[]> connection, ProxyManager<byte[]> manager) {}
}
