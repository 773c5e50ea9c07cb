package io.integrationkit.outbox;

import io.integrationkit.failure.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes messages together with the changes of a transaction: both happen or neither. Safe for use by any number of
 * threads.
 *
 * <p>A {@linkplain #durable() durable} outbox needs a transaction of its own database and throws without one, in a
 * read-only one, under another transaction manager, and once the transaction is over. The message is serialised and
 * checked at once; it is written just before the commit and sent after it, at least once. Messages of the same
 * destination and key are sent in the order in which their transactions took the locks they share; messages without key
 * have no order. Publishing twice sends two messages.
 *
 * <p>An outbox in memory sends after the commit of whatever transaction is active, or at once without one; what was not
 * sent is lost at restart.
 */
public interface Outbox {

    /**
     * Publishes an event to the destination and with the key of its {@link io.integrationkit.event.EventType}.
     *
     * @param event an instance of an event type
     * @return id of the message
     * @throws io.integrationkit.failure.RejectedException if more is owed than {@code integration.outbox.backpressure}
     *     allows; nothing has been changed
     * @throws ProblemException if it cannot be published; nothing has been changed
     */
    String publish(Object event);

    /**
     * Publishes an event.
     *
     * @param destination where it goes, such as the name of a Kafka topic
     * @param key key within which order is kept, or {@code null} for none
     * @param event an instance of an event type
     * @return id of the message
     * @throws ProblemException if it cannot be published; nothing has been changed
     */
    String publish(String destination, @Nullable String key, Object event);

    /**
     * Publishes a message that has no class of its own.
     *
     * @param message the message
     * @return id of the message
     * @throws ProblemException if it cannot be published; nothing has been changed
     */
    String publish(OutboxMessage message);

    /**
     * Tells whether accepted messages survive a restart.
     *
     * @return whether they are in the database
     */
    boolean durable();
}
