package io.integrationkit.outbox;

/**
 * What becomes of the other messages of a key when its first one cannot be delivered for good: it was refused, or
 * cannot be read. A message without key has nothing behind it and is always treated as by {@link #CONTINUE}.
 */
public enum HeadPolicy {
    /**
     * The message becomes a dead letter, and so does, in order, each later one of the same destination and key, until
     * all of them were replayed or discarded, or the key is {@linkplain OutboxKeys#release released}. Consumers never
     * see a later message of a key without the earlier ones.
     */
    PARK_KEY,

    /** The message becomes a dead letter and the later ones of its key are sent: for messages that stand alone. */
    CONTINUE,

    /**
     * The message and all later ones of its destination and key stay in the outbox until an operator
     * {@linkplain OutboxKeys#unblock unblocks} the key or {@linkplain OutboxKeys#discardHead discards} the message.
     */
    BLOCK_KEY
}
