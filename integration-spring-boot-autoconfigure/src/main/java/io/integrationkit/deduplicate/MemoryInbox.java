package io.integrationkit.deduplicate;

import io.integrationkit.jdbc.JdbcAccess;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one process. One that is being handled is told from one that was: marking a message before it was handled
 * would lose it after a failure, marking it afterwards would let copies in meanwhile. Only handled ones count towards the
 * capacity, so that a message being handled is never forgotten; of those there are as many as calls are under way, times
 * the size of their batches.
 *
 * <p>The message handled the longest ago is forgotten first, however often copies of it came: if copies kept it, they
 * would push out younger messages before so many newer ones were handled. A known message is found without a lock.
 */
final class MemoryInbox implements Inbox {

    private final ConcurrentMap<MessageIdentity, State> known = new ConcurrentHashMap<>();

    /** Each handled message once. */
    private final Queue<MessageIdentity> handled = new ConcurrentLinkedQueue<>();

    private final AtomicInteger size = new AtomicInteger();

    private final int maxEntries;

    MemoryInbox(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    private enum State {
        IN_FLIGHT,
        DONE
    }

    @Override
    public Arrival receive(MessageIdentity message) {
        State state = this.known.get(message);
        if (state == null) {
            state = this.known.putIfAbsent(message, State.IN_FLIGHT);
        }
        if (state == null) {
            return Arrival.FIRST;
        }
        return (state == State.DONE) ? Arrival.DUPLICATE : Arrival.IN_FLIGHT;
    }

    @Override
    public void handled(MessageIdentity message) {
        if (!this.known.replace(message, State.IN_FLIGHT, State.DONE)) {
            return;
        }
        this.handled.add(message);
        if (this.size.incrementAndGet() > this.maxEntries) {
            MessageIdentity oldest = this.handled.poll();
            if (oldest != null) {
                this.size.decrementAndGet();
                this.known.remove(oldest, State.DONE);
            }
        }
    }

    @Override
    public void forget(MessageIdentity message) {
        this.known.remove(message, State.IN_FLIGHT);
    }

    /** How many messages are remembered, those that are being handled included. */
    int entries() {
        return this.known.size();
    }

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
        return "memory";
    }

    @Override
    public boolean durable() {
        return false;
    }
}
