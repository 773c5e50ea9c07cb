package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;

/**
 * Where the relay delivers. Beans of this type are asked in their {@code @Order}, the Kafka destination last; the first
 * that accepts a destination's name gets its messages.
 */
public interface MessageDestination {

    /**
     * Tells whether messages to a destination are delivered here. Called at publish and before a send, from any thread;
     * must not block and always give the same answer for the same name.
     *
     * @param destination name given by the publisher
     * @return whether this one delivers there
     */
    boolean accepts(String destination);

    /**
     * Tells how large a message a destination takes now, so that an impossible one fails the call that publishes it.
     * Called at each publish, from any thread; must not block, so the answer is what is known already.
     *
     * @param destination name this one accepts
     * @return the limit; {@link SizeLimit#NONE} unless overridden
     */
    default SizeLimit sizeLimit(String destination) {
        return SizeLimit.NONE;
    }

    /**
     * Measures a message as {@link #sizeLimit} counts it. Called only where there is a limit.
     *
     * @param message the message
     * @return bytes of payload, key and headers together unless overridden
     */
    default long sizeOf(OutboxRecord message) {
        return message.size();
    }

    /**
     * Tells how many messages to one destination may be on their way at once. Asked once for each destination.
     *
     * @return the number, at least 1; no limit unless overridden
     */
    default int mostInFlight() {
        return Integer.MAX_VALUE;
    }

    /**
     * Tells whether messages that are begun one after the other, without waiting, arrive in that order as far as they
     * arrive. Only such destinations can be sent to with {@link SendMode#PIPELINED}, in which several messages of a key
     * are on their way. Asked often, from any thread; always the same answer.
     *
     * @return false unless overridden
     */
    default boolean keepsOrder() {
        return false;
    }

    /**
     * Begins to send a message. Called by the relay's only thread, so it must return quickly: while it blocks nothing
     * else is sent. The relay has no transaction open and sends no other message of the same destination and key before
     * the completion was told, {@link SendMode#PIPELINED} apart. The same message may come again, after a crash or a failure.
     *
     * <p>The completion must be told within {@code integration.outbox.delivery-timeout}, and after having told of a
     * failure the message must not be delivered any more: the order of a key rests on it.
     *
     * @param message the message
     * @param completion to be told once, on any thread, also from within this method
     * @throws RuntimeException taken as a temporary failure of the destination
     */
    void send(OutboxRecord message, Completion completion);

    /** Told how a send ended. The first call counts. */
    interface Completion {

        /** The message has arrived for good: it will never be sent again. */
        void acknowledged();

        /**
         * The message has not arrived. {@link FailureCategory#PERMANENT} and {@link FailureCategory#VALIDATION} mean
         * that this message never will: it becomes a dead letter and the next of its key follows. All others mean that
         * the destination is not available now: its messages wait, in order, and none is given up.
         *
         * @param failure what kind of failure it is; its {@code retryAfter} is the least time to wait
         * @param cause the exception behind it
         */
        void failed(Failure failure, Throwable cause);
    }
}
