package io.integrationkit.deadletter;

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
}
