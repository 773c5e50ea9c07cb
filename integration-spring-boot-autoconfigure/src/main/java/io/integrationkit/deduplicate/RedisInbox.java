package io.integrationkit.deduplicate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.redis.RedisLink;
import io.integrationkit.redis.RedisUse;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages in Redis 6.2 or newer, shared by all instances. Safe for use by any number of threads.
 *
 * <p><b>What is promised.</b> A message that was handled is recognised for the retention, one that is being handled for
 * its lease; both are measured by the Redis server. In the process that handles it a message is in flight until that has
 * ended, however long it takes. Receiving and ending is one script, so one round trip, also for a batch. Nobody marks as
 * handled what another one received. The scripts of a batch do not run at once: of two batches that share some messages,
 * each on an instance of its own, each may be told that the other has one, and is let in when it comes again.
 *
 * <p><b>At least once.</b> Message and effect are not one: a process that dies while it handles a message leaves it in
 * flight until the lease is over, and then the next copy is let in, whether the effect is there or not. So is a copy of a
 * message that takes longer than its lease, on another instance (INT-507).
 *
 * <p><b>Without Redis</b> nothing is let in: {@link #receive} fails with the category {@link FailureCategory#TEMPORARY} and
 * the code {@link ProblemCode#INBOX_UNAVAILABLE}. If only the end of a message cannot be told, that is logged, and a copy
 * is let in when the lease is over. Redis must not evict: {@code maxmemory-policy noeviction}; another one is a warning
 * when the connection is made. What a restart or a fail-over of Redis loses is let in again.
 */
public final class RedisInbox implements Inbox, AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(RedisInbox.class);

    private static final RedisUse USE = new RedisUse(
            RedisInbox.class,
            "integration.deduplicate.store=redis",
            ProblemCode.INBOX_UNAVAILABLE,
            "messages are refused",
            ProblemCode.INBOX_EVICTS,
            "it forgets messages before their time, and copies of them are handled again");

    private final RedisLink link;

    private final String keyPrefix;

    private final byte[] lease;

    private final byte[] retention;

    private final String process = UUID.randomUUID() + ":";

    private final AtomicLong receipts = new AtomicLong();

    /** Owners of what this process handles; as many as it handles at once. */
    private final Map<MessageIdentity, byte[]> inFlight = new ConcurrentHashMap<>();

    private RedisInbox(RedisLink link, String keyPrefix, Duration lease, Duration retention) {
        this.link = link;
        this.keyPrefix = keyPrefix;
        this.lease = millis(lease);
        this.retention = millis(retention);
    }

    /**
     * Creates an inbox over a client of Lettuce and tries to connect, within the client's own connect time-out. If Redis
     * cannot be reached, a warning says so, and calls try again, at most one a second.
     *
     * @param client gives the client, of one Redis or of a cluster; not closed by this
     * @param keyPrefix begins the names of the keys in Redis
     * @param spec how long messages are remembered, and how long one may be handled
     * @param timeout longest time that one command may take; positive
     * @param time measures the pauses between two attempts to connect, and nothing else
     * @return the inbox, to be closed
     * @throws InvalidOperationException if the time-out is not positive, or longer than ten years
     */
    public static RedisInbox over(
            Supplier<AbstractRedisClient> client,
            String keyPrefix,
            DeduplicationSpec spec,
            Duration timeout,
            TimeSource time) {
        InvalidOperationException.requireTime("integration.deduplicate.redis-timeout", timeout, "1s");
        RedisLink link = new RedisLink(USE, client, timeout, time);
        link.begin();
        return new RedisInbox(link, keyPrefix, spec.redisLease(), spec.retention());
    }

    @Override
    public Arrival receive(MessageIdentity message) {
        return receiveAll(List.of(message)).getOrDefault(message, Arrival.IN_FLIGHT);
    }

    @Override
    public Map<MessageIdentity, Arrival> receiveAll(Collection<MessageIdentity> messages) {
        byte[] owner = bytes(this.process + this.receipts.incrementAndGet());
        Map<MessageIdentity, Arrival> arrivals = new LinkedHashMap<>();
        messages.forEach((message) -> arrivals.put(message, Arrival.IN_FLIGHT));
        List<MessageIdentity> asked = new ArrayList<>(arrivals.size());
        for (MessageIdentity message : OneByOne.sorted(arrivals.keySet())) {
            if (this.inFlight.putIfAbsent(message, owner) != null) {
                // Nothing behind it is taken, or two batches of this process could refuse each other.
                break;
            }
            asked.add(message);
        }
        List<Long> answers = asked.isEmpty() ? List.of() : ask(asked, owner);
        for (int i = 0; i < asked.size(); i++) {
            Arrival arrival = arrival(answers.get(i));
            arrivals.put(asked.get(i), arrival);
            if (arrival != Arrival.FIRST) {
                this.inFlight.remove(asked.get(i), owner);
            }
        }
        return arrivals;
    }

    private List<Long> ask(List<MessageIdentity> messages, byte[] owner) {
        try {
            return this.link.runEach(
                    RedisInboxScript.RECEIVE,
                    messages.stream()
                            .map((message) -> new byte[][] {name(message), owner, this.lease})
                            .toList());
        } catch (RedisException ex) {
            // Some may have been received all the same.
            forgetAll(messages);
            throw new ProblemException(
                    ProblemCode.INBOX_UNAVAILABLE,
                    FailureCategory.TEMPORARY,
                    "%s did not receive its messages: the Redis of integration.deduplicate.store=redis does not answer within integration.deduplicate.redis-timeout, or refuses (%s)"
                            .formatted(messages.get(0).consumer(), ex.getMessage()),
                    null,
                    ex);
        }
    }

    private static Arrival arrival(long answer) {
        if (answer == 1) {
            return Arrival.FIRST;
        }
        return (answer == 2) ? Arrival.DUPLICATE : Arrival.IN_FLIGHT;
    }

    @Override
    public void handled(MessageIdentity message) {
        handledAll(List.of(message));
    }

    @Override
    public void handledAll(Collection<MessageIdentity> messages) {
        List<Long> answers = end(RedisInboxScript.HANDLED, messages, this.retention);
        if (answers.contains(0L)) {
            logger.warn(
                    "{}: {} took longer than integration.deduplicate.redis-lease, and another instance received the"
                            + " same message meanwhile: it may have its effect twice",
                    ProblemCode.INBOX_LEASE_LOST,
                    messages.iterator().next().consumer());
        }
    }

    @Override
    public void forget(MessageIdentity message) {
        forgetAll(List.of(message));
    }

    @Override
    public void forgetAll(Collection<MessageIdentity> messages) {
        end(RedisInboxScript.FORGET, messages, new byte[0]);
    }

    /** A failure here must not hide how the handler ended: the lease ends what Redis was not told. */
    private List<Long> end(RedisInboxScript script, Collection<MessageIdentity> messages, byte[] argument) {
        List<byte[][]> runs = new ArrayList<>(messages.size());
        for (MessageIdentity message : messages) {
            byte[] owner = this.inFlight.get(message);
            if (owner != null) {
                runs.add(new byte[][] {name(message), owner, argument});
            }
        }
        try {
            return runs.isEmpty() ? List.of() : this.link.runEach(script, runs);
        } catch (RedisException ex) {
            logger.warn(
                    "{}: the Redis of integration.deduplicate.store=redis was not told how {} ended; its messages stay"
                            + " in flight until integration.deduplicate.redis-lease is over",
                    ProblemCode.INBOX_UNAVAILABLE,
                    messages.iterator().next().consumer(),
                    ex);
            return List.of();
        } finally {
            messages.forEach(this.inFlight::remove);
        }
    }

    /** Does nothing: Redis forgets messages by itself. */
    @Override
    public int deleteExpired(int limit) {
        return 0;
    }

    @Override
    public @Nullable JdbcAccess transactions() {
        return null;
    }

    @Override
    public String engine() {
        return "redis";
    }

    /** Depends on how Redis is set up; whoever chooses it for messages says that it keeps them. */
    @Override
    public boolean durable() {
        return true;
    }

    /** Closes the connection; whatever is received then fails. May be called twice. */
    @Override
    public void close() {
        this.link.close();
    }

    /** Consumer and source with their lengths before them, so that two messages never have one name. */
    private byte[] name(MessageIdentity message) {
        InboxRow row = InboxRow.of(message);
        return bytes("%s%d:%s:%d:%s:%s"
                .formatted(
                        this.keyPrefix,
                        row.consumer().length(),
                        row.consumer(),
                        row.source().length(),
                        row.source(),
                        row.id()));
    }

    private static byte[] millis(Duration duration) {
        return bytes(Long.toString(Math.max(1, duration.toMillis())));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
