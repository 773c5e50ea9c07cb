package io.integrationkit.deduplicate;

import io.integrationkit.jdbc.JdbcAccess;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one process. Those being handled are kept apart from those that were: marking a message before it was
 * handled would lose it after a failure, marking it afterwards would let copies in meanwhile. Only handled ones count
 * towards the capacity, so that a message being handled is never forgotten.
 */
final class MemoryInbox implements Inbox {

    private final Set<MessageIdentity> inFlight = new HashSet<>();

    private final Map<MessageIdentity, Boolean> handled;

    MemoryInbox(int maxEntries) {
        this.handled = new Recent(maxEntries);
    }

    @Override
    public synchronized Arrival receive(MessageIdentity message) {
        if (this.handled.get(message) != null) {
            return Arrival.DUPLICATE;
        }
        return this.inFlight.add(message) ? Arrival.FIRST : Arrival.IN_FLIGHT;
    }

    @Override
    public synchronized void handled(MessageIdentity message) {
        if (this.inFlight.remove(message)) {
            this.handled.put(message, true);
        }
    }

    @Override
    public synchronized void forget(MessageIdentity message) {
        this.inFlight.remove(message);
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

    /** Forgets the message that was not seen for the longest time. */
    private static final class Recent extends LinkedHashMap<MessageIdentity, Boolean> {

        private static final long serialVersionUID = 1L;

        private final int maxEntries;

        Recent(int maxEntries) {
            super(16, 0.75f, true);
            this.maxEntries = maxEntries;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<MessageIdentity, Boolean> eldest) {
            return size() > this.maxEntries;
        }
    }
}
