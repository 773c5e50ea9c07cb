package io.integrationkit.idempotency;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to the Redis that keys are in. Where there is none yet, one caller a second tries to make it, and the
 * others fail at once. One that breaks is made again by the driver; meanwhile each command waits its time and fails.
 */
final class RedisLink implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(RedisIdempotencyStore.class);

    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private static final String POLICY = "maxmemory-policy";

    private final Supplier<AbstractRedisClient> client;

    private final Duration timeout;

    private final TimeSource time;

    private final Map<RedisScripts, String> digests = new EnumMap<>(RedisScripts.class);

    private final ReentrantLock connecting = new ReentrantLock();

    private @Nullable Long connectAgain;

    private volatile @Nullable Link link;

    private volatile boolean closed;

    RedisLink(Supplier<AbstractRedisClient> client, Duration timeout, TimeSource time) {
        this.client = client;
        this.timeout = timeout;
        this.time = time;
    }

    private record Link(
            StatefulConnection<byte[], byte[]> connection, RedisClusterAsyncCommands<byte[], byte[]> commands) {}

    /** Connects on the caller's thread; if that fails, the first call that needs Redis tries again. */
    void begin() {
        try {
            link();
        } catch (RedisException ex) {
            logger.warn(
                    "{}: the Redis of integration.idempotency.store=redis cannot be reached; idempotent calls are refused until it can",
                    ProblemCode.KEY_STORE_UNAVAILABLE,
                    ex);
        }
    }

    /** Runs a script that answers whether it did anything. */
    boolean write(RedisScripts script, byte[] key, byte[]... arguments) {
        byte[][] keys = {key};
        return this.<Long>run(
                        (commands) ->
                                commands.evalsha(digest(commands, script), ScriptOutputType.INTEGER, keys, arguments),
                        (commands) -> commands.eval(script.text(), ScriptOutputType.INTEGER, keys, arguments))
                == 1;
    }

    /** Runs a script that answers with fields. */
    List<byte @Nullable []> read(RedisScripts script, byte[] key, byte[]... arguments) {
        byte[][] keys = {key};
        return run(
                (commands) -> commands.evalsha(digest(commands, script), ScriptOutputType.MULTI, keys, arguments),
                (commands) -> commands.eval(script.text(), ScriptOutputType.MULTI, keys, arguments));
    }

    /** Runs a script by its digest, and with its text only where the server does not know it. */
    private <T> T run(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> byDigest,
            Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> withText) {
        try {
            return ask(byDigest);
        } catch (RedisNoScriptException ex) {
            return ask(withText);
        }
    }

    private String digest(RedisClusterAsyncCommands<byte[], byte[]> commands, RedisScripts script) {
        synchronized (this.digests) {
            return this.digests.computeIfAbsent(script, (each) -> commands.digest(each.text()));
        }
    }

    <T> T ask(Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
        return await(command.apply(link().commands()));
    }

    /** Sends a command for each item before it waits for the answers. */
    <K, T> List<T> askEach(
            List<K> items, BiFunction<RedisClusterAsyncCommands<byte[], byte[]>, K, RedisFuture<T>> command) {
        RedisClusterAsyncCommands<byte[], byte[]> commands = link().commands();
        List<RedisFuture<T>> asked =
                items.stream().map((item) -> command.apply(commands, item)).toList();
        return asked.stream().map(this::await).toList();
    }

    private <T> T await(RedisFuture<T> answer) {
        return LettuceFutures.awaitOrCancel(answer, this.timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private Link link() {
        Link current = this.link;
        return (current != null) ? current : connect();
    }

    private Link connect() {
        if (!this.connecting.tryLock()) {
            throw new RedisException("A connection is being made");
        }
        try {
            Link current = this.link;
            if (current != null) {
                return current;
            }
            Long again = this.connectAgain;
            if (this.closed || (again != null && this.time.nanoTime() - again < 0)) {
                throw new RedisException(this.closed ? "The store is closed" : "There is no connection");
            }
            this.connectAgain = this.time.nanoTime() + PAUSE;
            Link made = open();
            this.link = made;
            checkEviction(made);
            return made;
        } catch (IllegalStateException ex) {
            throw new RedisException("The connection factory has no client", ex);
        } finally {
            this.connecting.unlock();
        }
    }

    private Link open() {
        AbstractRedisClient lettuce = this.client.get();
        if (lettuce instanceof RedisClusterClient cluster) {
            StatefulRedisClusterConnection<byte[], byte[]> connection = cluster.connect(ByteArrayCodec.INSTANCE);
            return new Link(connection, connection.async());
        }
        StatefulRedisConnection<byte[], byte[]> connection = ((RedisClient) lettuce).connect(ByteArrayCodec.INSTANCE);
        return new Link(connection, connection.async());
    }

    /** A Redis that is full and may evict forgets keys before their time. */
    private static void checkEviction(Link made) {
        made.commands().configGet(POLICY).whenComplete((settings, failure) -> {
            String policy = (settings != null) ? settings.get(POLICY) : null;
            if (policy == null) {
                logger.debug("Redis does not tell its {}; it should be noeviction", POLICY, failure);
            } else if (!policy.equals("noeviction")) {
                logger.warn(
                        "{}: the Redis of integration.idempotency.store=redis has {} {}: when its memory is full, it forgets idempotency keys before their time, and their work is done again. Set it to noeviction, or use a Redis of its own",
                        ProblemCode.KEY_STORE_EVICTS,
                        POLICY,
                        policy);
            }
        });
    }

    @Override
    public void close() {
        this.closed = true;
        this.connecting.lock();
        try {
            Link current = this.link;
            this.link = null;
            if (current != null) {
                current.connection().close();
            }
        } finally {
            this.connecting.unlock();
        }
    }
}
