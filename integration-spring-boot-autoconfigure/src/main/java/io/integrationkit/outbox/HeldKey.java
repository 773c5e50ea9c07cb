package io.integrationkit.outbox;

import io.integrationkit.failure.FailureCategory;
import java.time.Instant;

/**
 * A key whose messages do not simply go on. Never has a payload or headers.
 *
 * @param destination where its messages go
 * @param key the key
 * @param state what becomes of its messages
 * @param headMessageId id of the message that could not be delivered for good, the last one if there were several
 * @param category what kind of failure that was
 * @param problem class name of the failure
 * @param since since when the key is in this state
 */
public record HeldKey(
        String destination,
        String key,
        State state,
        String headMessageId,
        FailureCategory category,
        String problem,
        Instant since) {

    /**
     * Returns where the key stands in a list.
     *
     * @return destination and key
     */
    public Place place() {
        return new Place(this.destination, this.key);
    }

    /**
     * Where a held key stands in a list; there need not be one there any more.
     *
     * @param destination where its messages go
     * @param key the key
     */
    public record Place(String destination, String key) {}

    /** What becomes of the messages of the key. */
    public enum State {
        /** They stay in the outbox until an operator unblocks the key or discards its head. */
        BLOCKED,
        /** They become dead letters as they come, in order; replayed ones are sent. */
        PARKED,
        /** They stay in the outbox until the replayed ones before them are delivered; that ends by itself. */
        RELEASING
    }
}
