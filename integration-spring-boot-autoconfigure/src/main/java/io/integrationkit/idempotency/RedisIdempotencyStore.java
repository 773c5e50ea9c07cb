package io.integrationkit.idempotency;

import static io.integrationkit.idempotency.RedisKeyNames.bytes;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.redis.RedisLink;
import io.integrationkit.redis.RedisUse;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys in Redis 6.2 or newer, one hash each, shared by all instances. Safe for use by any number of threads.
 *
 * <p><b>What is promised.</b> Every time is the Redis server's; an instance whose clock is wrong changes nothing. Each
 * method is one script, so one round trip; a claim that takes a key over needs a second one, which names the state, owner
 * and epoch that were read, so of several thieves one wins and the others read again. A key expires by itself when its time
 * is over and its claim is not held any more, never before; {@link #deleteExpired} has nothing to do.
 *
 * <p><b>Without Redis</b> no call begins: a claim fails with the category {@link FailureCategory#TEMPORARY} and the code
 * {@link ProblemCode#KEY_STORE_UNAVAILABLE}. If only the answer to a claim was lost, the key stays claimed until the lease
 * is over. A command that the driver sends again on a new connection counts once.
 *
 * <p><b>What survives</b> a restart or a fail-over is what Redis had written or replicated by then: without
 * {@code appendonly yes} and {@code appendfsync always}, the last keys can be lost, and their work is done again. Redis
 * must not evict: {@code maxmemory-policy noeviction}; another one is a warning when the connection is made.
 */
public final class RedisIdempotencyStore implements IdempotencyStore, AutoCloseable {

    /** Each round that fails was won by another call, so a few are enough. */
    private static final int ROUNDS = 16;

    private static final RedisUse USE = new RedisUse(
            RedisIdempotencyStore.class,
            "integration.idempotency.store=redis",
            ProblemCode.KEY_STORE_UNAVAILABLE,
            "idempotent calls are refused",
            ProblemCode.KEY_STORE_EVICTS,
            "it forgets idempotency keys before their time, and their work is done again");

    private final RedisLink link;

    private final RedisKeyNames names;

    private final RedisKeyScan scan;

    private final String process = UUID.randomUUID() + ":";

    private final AtomicLong writes = new AtomicLong();

    private RedisIdempotencyStore(RedisLink link, RedisKeyNames names) {
        this.link = link;
        this.names = names;
        this.scan = new RedisKeyScan(link, names);
    }

    /**
     * Creates a store over a client of Lettuce and tries to connect, within the client's own connect time-out. If Redis
     * cannot be reached, a warning says so, and calls try again, at most one a second.
     *
     * @param client gives the client, of one Redis or of a cluster; not closed by this
     * @param keyPrefix begins the names of the keys in Redis
     * @param timeout longest time that one command may take; positive
     * @param time measures the pauses between two attempts to connect, and nothing else
     * @return the store, to be closed
     * @throws InvalidOperationException if the time-out is not positive, or longer than ten years
     */
    public static RedisIdempotencyStore over(
            Supplier<AbstractRedisClient> client, String keyPrefix, Duration timeout, TimeSource time) {
        InvalidOperationException.requireTime("integration.idempotency.redis-timeout", timeout, "1s");
        RedisLink link = new RedisLink(USE, client, timeout, time);
        link.begin();
        return new RedisIdempotencyStore(link, new RedisKeyNames(keyPrefix));
    }

    @Override
    public Claim claim(ClaimRequest request) {
        return answered(request.key().operation() + " was not called", () -> {
            for (int round = 0; round < ROUNDS; round++) {
                Claim claim = tryClaim(request);
                if (claim != null) {
                    return claim;
                }
            }
            return new Claim.InProgress(request.lease());
        });
    }

    /** One round; {@code null} if another call changed the key in between. */
    private @Nullable Claim tryClaim(ClaimRequest request) {
        List<byte @Nullable []> answer = this.link.read(
                RedisScripts.CLAIM,
                this.names.of(request.key()),
                write(),
                bytes(request.fingerprint()),
                bytes(request.owner()),
                micros(request.lease()),
                micros(request.ttl()));
        if (answer.size() == 1) {
            long epoch = RedisKey.number(answer.get(0));
            return new Claim.Granted(new ClaimToken(request.key(), request.owner(), epoch, null), false);
        }
        RedisKey found = RedisKey.read(answer);
        KeyState state = found.state();
        Claim known = state.answer(request);
        if (known != null) {
            return known;
        }
        ClaimToken token = state.takenOverBy(request, found.nowMicros());
        return takeOver(request, state, token) ? new Claim.Granted(token, state.lapsed()) : null;
    }

    private boolean takeOver(ClaimRequest request, KeyState state, ClaimToken token) {
        String entryId = token.deadLetterId();
        return run(
                RedisScripts.TAKE_OVER,
                request.key(),
                write(),
                bytes(state.fingerprintFor(request)),
                bytes(token.owner()),
                number(token.epoch()),
                micros(request.lease()),
                micros(request.ttl()),
                bytes((entryId != null) ? entryId : ""),
                bytes(state.phase().name()),
                bytes(state.owner()),
                number(state.epoch()));
    }

    @Override
    public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
        byte[] payload = result.payload();
        return (payload != null)
                ? write(RedisScripts.COMPLETE, token, bytes(result.kind().name()), micros(ttl), payload)
                : write(RedisScripts.COMPLETE, token, bytes(result.kind().name()), micros(ttl));
    }

    @Override
    public boolean deadLetter(ClaimToken token, String entryId, Duration ttl) {
        return write(RedisScripts.DEAD_LETTER, token, bytes(entryId), micros(ttl));
    }

    @Override
    public boolean release(ClaimToken token) {
        return write(RedisScripts.RELEASE, token);
    }

    @Override
    public boolean extend(ClaimToken token, Duration lease) {
        return write(RedisScripts.EXTEND, token, micros(lease));
    }

    private boolean write(RedisScripts script, ClaimToken token, byte[]... values) {
        byte[][] arguments = new byte[values.length + 3][];
        arguments[0] = write();
        arguments[1] = bytes(token.owner());
        arguments[2] = number(token.epoch());
        System.arraycopy(values, 0, arguments, 3, values.length);
        return answered("What became of " + token.key() + " was not stored", () -> run(script, token.key(), arguments));
    }

    @Override
    public boolean free(IdempotencyKey key, long epoch) {
        return answered(
                key + " was not taken away", () -> run(RedisScripts.FREE, key, write(), bytes(""), number(epoch)));
    }

    private boolean run(RedisScripts script, IdempotencyKey key, byte[]... arguments) {
        return this.link.write(script, this.names.of(key), arguments);
    }

    @Override
    public List<KeyStatus> find(String operation, String hash) {
        return answered(operation + "/" + hash + " was not found", () -> this.scan.find(operation, hash));
    }

    @Override
    public KeyCounts counts() {
        return answered("The idempotency keys were not counted", this.scan::counts);
    }

    /** Does nothing: Redis forgets keys by itself. */
    @Override
    public int deleteExpired(int limit) {
        return 0;
    }

    @Override
    public String engine() {
        return "redis";
    }

    /** Depends on how Redis is set up; whoever chooses it for keys says that it keeps them. */
    @Override
    public boolean durable() {
        return true;
    }

    /** Closes the connection; whatever is called then fails. May be called twice. */
    @Override
    public void close() {
        this.link.close();
    }

    private static <T> T answered(String otherwise, Supplier<T> question) {
        try {
            return question.get();
        } catch (RedisException ex) {
            throw new ProblemException(
                    ProblemCode.KEY_STORE_UNAVAILABLE,
                    FailureCategory.TEMPORARY,
                    "%s: the Redis of integration.idempotency.store=redis does not answer within integration.idempotency.redis-timeout, or refuses (%s)"
                            .formatted(otherwise, ex.getMessage()),
                    null,
                    ex);
        }
    }

    private byte[] write() {
        return bytes(this.process + this.writes.incrementAndGet());
    }

    private static byte[] micros(Duration duration) {
        return number(TimeUnit.SECONDS.toMicros(duration.getSeconds()) + duration.getNano() / 1_000);
    }

    private static byte[] number(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }
}
