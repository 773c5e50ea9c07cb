package io.integrationkit.deduplicate;

import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
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
     * Notes that the messages of a batch arrived, as {@link #receive} does for each. A message that stands in the batch
     * several times is received once. A database is asked in one round trip where it can be, in an order of the messages
     * that is the same for all batches, so that two that share some do not end in a deadlock. Without a transaction,
     * nothing is received if this fails.
     *
     * @param messages the messages, in any order; not changed
     * @return what is known of each distinct message, in the order in which they first stand in the batch; where one is
     *     in flight, those that were not asked for because of it are told to be so as well
     */
    default Map<MessageIdentity, Arrival> receiveAll(Collection<MessageIdentity> messages) {
        return OneByOne.receive(this, messages);
    }

    /**
     * Notes that messages were handled, as {@link #handled} does for each.
     *
     * @param messages those of a batch that were let in
     */
    default void handledAll(Collection<MessageIdentity> messages) {
        messages.forEach(this::handled);
    }

    /**
     * Forgets messages that could not be handled, as {@link #forget} does for each.
     *
     * @param messages those of a batch that were let in
     */
    default void forgetAll(Collection<MessageIdentity> messages) {
        messages.forEach(this::forget);
    }

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
     * @param maxEntries number of messages; the one that was handled the longest ago is forgotten first
     * @return the inbox
     */
    static Inbox inMemory(int maxEntries) {
        return new MemoryInbox(maxEntries);
    }
}
