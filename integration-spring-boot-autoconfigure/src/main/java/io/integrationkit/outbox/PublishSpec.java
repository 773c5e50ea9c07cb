package io.integrationkit.outbox;

/**
 * Settings of the publishing side, and of the handlers that are on the same side.
 *
 * @param ordering what keeps the transactions of a key apart
 * @param backpressure what happens when the backlog grows
 * @param handlerConcurrency how many messages an event handler handles at once, each of another key
 */
public record PublishSpec(Ordering ordering, Backpressure backpressure, int handlerConcurrency) {

    /** What an outbox does unless told otherwise: no lock of its own, no limit. */
    public static final PublishSpec DEFAULT = new PublishSpec(Ordering.BUSINESS_LOCK, Backpressure.OFF, 4);

    public PublishSpec {
        OutboxSpec.check(
                handlerConcurrency >= 1 && handlerConcurrency <= 1000,
                "handler-concurrency",
                handlerConcurrency,
                "between 1 and 1000");
    }

    /** What keeps the transactions of a key apart, so that its messages have the order of their commits. */
    public enum Ordering {
        /** What the application locks itself: a row it changes, a version it raises. */
        BUSINESS_LOCK,
        /**
         * A lock of the outbox on each destination and key, taken just before the messages are written and held until
         * the commit has ended. For keys whose transactions share no row.
         */
        LOCKED
    }
}
