package io.integrationkit.redis;

import io.integrationkit.context.TimeSource;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to the Redis that a store keeps its state in. Safe for use by any number of threads. Where there is none yet, one caller a second tries to make it, and the
 * others fail at once. One that breaks is made again by the driver; meanwhile each command waits its time and fails.
 */
public final class RedisLink implements AutoCloseable {

    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private static final String POLICY = "maxmemory-policy";

    private final RedisUse use;

    private final Logger logger;

    private final Supplier<AbstractRedisClient> client;

    private final Duration timeout;

    private final TimeSource time;

    private final Map<RedisScript, String> digests = new ConcurrentHashMap<>();

    private final ReentrantLock connecting = new ReentrantLock();

    private @Nullable Long connectAgain;

    private volatile @Nullable Link link;

    private volatile boolean closed;

    /**
     * Creates a link; {@link #begin()} connects it.
     *
     * @param use what it is for
     * @param client gives the client, of one Redis or of a cluster; not closed by this
     * @param timeout longest time that one command may take; positive
     * @param time measures the pauses between two attempts to connect, and nothing else
     */
    public RedisLink(RedisUse use, Supplier<AbstractRedisClient> client, Duration timeout, TimeSource time) {
        this.use = use;
        this.logger = LoggerFactory.getLogger(use.store());
        this.client = client;
        this.timeout = timeout;
        this.time = time;
    }

    private record Link(
            StatefulConnection<byte[], byte[]> connection, RedisClusterAsyncCommands<byte[], byte[]> commands) {}

    /** Connects on the caller's thread; if that fails, the first call that needs Redis tries again. */
    public void begin() {
        try {
            link();
        } catch (RedisException ex) {
            this.logger.warn(
                    "{}: the Redis of {} cannot be reached; {} until it can",
                    this.use.unavailable(),
                    this.use.setting(),
                    this.use.refused(),
                    ex);
        }
    }

    /**
     * Runs a script that answers whether it did anything.
     *
     * @param script the script
     * @param key the one key it touches
     * @param arguments its arguments
     * @return whether it answered 1
     * @throws RedisException if Redis does not answer in time, or refuses; the script may have run all the same
     */
    public boolean write(RedisScript script, byte[] key, byte[]... arguments) {
        byte[][] keys = {key};
        return this.<Long>run(
                        (commands) ->
                                commands.evalsha(digest(commands, script), ScriptOutputType.INTEGER, keys, arguments),
                        (commands) -> commands.eval(script.text(), ScriptOutputType.INTEGER, keys, arguments))
                == 1;
    }

    /**
     * Runs a script that answers with fields.
     *
     * @param script the script
     * @param key the one key it touches
     * @param arguments its arguments
     * @return the fields
     * @throws RedisException if Redis does not answer in time, or refuses; the script may have run all the same
     */
    public List<byte @Nullable []> read(RedisScript script, byte[] key, byte[]... arguments) {
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

    /**
     * Runs a script several times before it waits for the answers. One server runs them in their order.
     *
     * @param script the script, which answers with a number; where it has run once, it does nothing more
     * @param runs for each run the key, and behind it the arguments
     * @return the answers, in the order of the runs
     * @throws RedisException if Redis does not answer in time, or refuses; the script may have run all the same
     */
    public List<Long> runEach(RedisScript script, List<byte[][]> runs) {
        try {
            return askEach(
                    runs,
                    (commands, run) -> commands.evalsha(
                            digest(commands, script), ScriptOutputType.INTEGER, key(run), arguments(run)));
        } catch (RedisNoScriptException ex) {
            return askEach(
                    runs,
                    (commands, run) ->
                            commands.eval(script.text(), ScriptOutputType.INTEGER, key(run), arguments(run)));
        }
    }

    private static byte[][] key(byte[][] run) {
        return new byte[][] {run[0]};
    }

    private static byte[][] arguments(byte[][] run) {
        return Arrays.copyOfRange(run, 1, run.length);
    }

    private String digest(RedisClusterAsyncCommands<byte[], byte[]> commands, RedisScript script) {
        return this.digests.computeIfAbsent(script, (each) -> commands.digest(each.text()));
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @param command the command
     * @param <T> what it answers
     * @return the answer
     * @throws RedisException if Redis does not answer in time, or refuses
     */
    public <T> T ask(Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
        return await(command.apply(link().commands()));
    }

    /**
     * Sends a command for each item before it waits for the answers.
     *
     * @param items the items
     * @param command the command for one
     * @param <K> an item
     * @param <T> what a command answers
     * @return the answers, in the order of the items
     * @throws RedisException if Redis does not answer in time, or refuses, one of them
     */
    public <K, T> List<T> askEach(
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
    private void checkEviction(Link made) {
        made.commands().configGet(POLICY).whenComplete((settings, failure) -> {
            String policy = (settings != null) ? settings.get(POLICY) : null;
            if (policy == null) {
                this.logger.debug("Redis does not tell its {}; it should be noeviction", POLICY, failure);
            } else if (!policy.equals("noeviction")) {
                this.logger.warn(
                        "{}: the Redis of {} has {} {}: when its memory is full, {}. Set it to noeviction, or use a Redis of its own",
                        this.use.evicts(),
                        this.use.setting(),
                        POLICY,
                        policy,
                        this.use.forgotten());
            }
        });
    }

    /** Closes the connection; whatever is asked then fails. May be called twice. */
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
