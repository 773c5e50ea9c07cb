package io.integrationkit.sample.demo;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the demo may look at and do from outside. All methods ask anew each time, from any thread.
 */
public interface HubView {

    /**
     * Tells how far the messages have come.
     *
     * @return where they are now
     */
    Flow flow();

    /**
     * Finds the deliveries that are still on their way.
     *
     * @return delivery ids in the outbox, or in the topic and not consumed by all listeners
     */
    Set<String> pendingDeliveries();

    /**
     * Lists all dead letters, those that were resolved included.
     *
     * @return the entries
     */
    List<DeadLetterEntry> deadLetters();

    /**
     * Replays the open dead letters once. Some may stay open, and nothing at all may happen while the breaker is open.
     */
    void replayDeadLetters();

    /**
     * Reads the projection.
     *
     * @return number of deliveries by key and event
     */
    Map<KeyAndEvent, Long> projection();

    /**
     * Returns how often a circuit breaker opened.
     *
     * @return number since the hub was started
     */
    long circuitOpened();

    /**
     * Returns how many calls were given up because a retry budget was used up.
     *
     * @return number since the hub was started
     */
    long budgetRefusals();

    /**
     * Returns how many display names came from the fallback.
     *
     * @return number since the hub was started
     */
    long fallbacks();

    /**
     * Where messages are.
     *
     * @param inOutbox messages committed and not yet acknowledged by the broker
     * @param published records in the topic
     * @param consumed records that the slowest listener has committed
     */
    record Flow(long inOutbox, long published, long consumed) {

        /**
         * Tells how many messages are not yet dealt with.
         *
         * @return number of messages
         */
        public long pending() {
            return this.inOutbox + this.published - this.consumed;
        }
    }

    /**
     * A call or message that was given up.
     *
     * @param id id of the entry
     * @param messageId the message behind it, {@code null} if unknown
     * @param open whether it still waits for a replay
     */
    record DeadLetterEntry(String id, @Nullable String messageId, boolean open) {}
}
