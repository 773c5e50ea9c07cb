package io.integrationkit.outbox;

/**
 * How the messages of a destination are sent. Only Kafka topics have another mode than {@link #STRICT}; event handlers
 * and destinations of the application are always strict.
 */
public enum SendMode {

    /**
     * A message of a key is sent after the one before it was acknowledged: in order per key whatever is refused or times
     * out, at least once.
     */
    STRICT,

    /**
     * The messages of a key are sent without waiting for each other. While all are acknowledged they arrive in order and
     * as fast as the broker takes them. One that is refused, or whose answer does not come in time, may be overtaken by
     * later ones of its key that were on their way; it is sent again after them, or is a dead letter. At least once.
     */
    PIPELINED,

    /**
     * The messages of a shard are sent in Kafka transactions that also carry which messages they held. A consumer that
     * reads committed messages only ({@code isolation.level=read_committed}) gets each once and in order per key, also
     * after the process was killed. Each shard with messages has a producer, so few shards are set. A database that
     * loses a committed DELETE (fail-over to a replica that lags) brings messages back.
     */
    TRANSACTIONAL
}
