package io.integrationkit.deadletter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Port: sends a message again. Implemented by the outbox. */
@FunctionalInterface
public interface MessageReplayer {

    /**
     * Takes a message to be sent again. Where the dead letters are in the database, this runs in the transaction that
     * marks the entry as resolved: a message accepted on that transaction is owed exactly if the entry is resolved.
     * Where they are in memory there is no transaction, and the message must be accepted for good when this returns.
     *
     * @param message the message
     * @throws RuntimeException if it cannot be accepted; the entry stays open
     */
    void replay(ReplayedMessage message);

    /**
     * Takes several messages, in their order, all or none of them where the dead letters are in the database.
     *
     * @param messages the messages
     * @throws RuntimeException if one of them cannot be accepted; all their entries stay open
     */
    default void replayAll(List<ReplayedMessage> messages) {
        messages.forEach(this::replay);
    }

    /**
     * Finds out whether a message could be taken, without taking it.
     *
     * @param message the message
     * @throws RuntimeException if it could not
     */
    default void check(ReplayedMessage message) {}

    /**
     * Told that the dead letter of a message was discarded; where the dead letters are in the database, in the
     * transaction that does so.
     *
     * @param destination where the message was going
     * @param key its ordering key, or {@code null} if it has none
     * @param messageId its id
     * @throws RuntimeException if that cannot be noted; in the database, the entry stays open then
     */
    default void discarded(String destination, @Nullable String key, String messageId) {}
}
