package io.integrationkit.deduplicate;

import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Remembers which messages were handled. Safe for use by any number of threads. */
public interface Inbox {

    /**
     * Notes that a message arrived. An inbox in a database writes its row in the active transaction; if another
     * transaction is handling the message, it waits for its end.
     *
     * @param message the message
     * @return what is known of it; only after {@link Arrival#FIRST} the caller may handle it, and must then say how that
     *     ended
     */
    Arrival receive(MessageIdentity message);

    /**
     * Notes that a message was handled. In a database the commit says so.
     *
     * @param message the message
     */
    void handled(MessageIdentity message);

    /**
     * Forgets a message that could not be handled. An inbox in a database needs the transaction in which the message
     * was received to be active still.
     *
     * @param message the message
     */
    void forget(MessageIdentity message);

    /**
     * Deletes messages that need not be remembered any longer.
     *
     * @param limit largest number of messages to delete
     * @return how many were deleted
     */
    int deleteExpired(int limit);

    /**
     * Returns the database in whose transactions messages are received.
     *
     * @return the database, or {@code null} if no transaction is needed
     */
    @Nullable
    JdbcAccess transactions();

    /**
     * Returns what the messages are kept in.
     *
     * @return the engine, such as {@code postgresql} or {@code memory}
     */
    String engine();

    /**
     * Tells whether the messages survive a restart.
     *
     * @return whether they do
     */
    boolean durable();

    /**
     * Keeps the messages in the table {@code integration_inbox}.
     *
     * @param access the database
     * @param retention time for which a message is remembered
     * @return the inbox
     */
    static Inbox jdbc(JdbcAccess access, Duration retention) {
        return new JdbcInbox(access, retention);
    }

    /**
     * Keeps the messages handled last in memory.
     *
     * @param maxEntries number of messages; the one that was not seen for the longest time is forgotten first
     * @return the inbox
     */
    static Inbox inMemory(int maxEntries) {
        return new MemoryInbox(maxEntries);
    }
}
