package io.integrationkit.outbox;

import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the outbox of this instance has done since it started. Safe for use by any number of threads. */
public interface OutboxStatistics {

    /**
     * Returns how many messages were published by transactions that committed, replays included.
     *
     * @return number since start
     */
    long published();

    /**
     * Returns how many messages were acknowledged by their destination.
     *
     * @return number since start
     */
    long sent();

    /**
     * Returns how many sends failed because the destination was not available; each is tried again.
     *
     * @return number since start
     */
    long failed();

    /**
     * Returns how many messages were refused by their destination and became dead letters.
     *
     * @return number since start
     */
    long deadLettered();

    /**
     * Returns how many messages became dead letters without being sent because an earlier one of their key had been
     * refused ({@link HeadPolicy#PARK_KEY}).
     *
     * @return number since start
     */
    long parked();

    /**
     * Returns how many messages arrived before an earlier one of their key, which was refused or timed out while they
     * were on their way ({@link SendMode#PIPELINED}).
     *
     * @return number since start
     */
    long overtaken();

    /**
     * Returns what was done for one destination. After the first hundred destinations further ones count in the sums
     * only.
     *
     * @param name name of the destination
     * @return its part of the sums; zeros for one that nothing was done for
     */
    DestinationStatistics destination(String name);

    /**
     * Tells of each destination that has a part of its own: of those there are before this returns, of each further one
     * when something is first done for it, on the relay's thread.
     *
     * @param listener told the name, once for each; must be quick and throw nothing
     */
    void onDestination(Consumer<String> listener);

    /**
     * Returns the shards whose messages this instance sends at present.
     *
     * @return numbers of the shards, ascending
     */
    Set<Integer> ownedShards();

    /**
     * Returns which destinations cannot be reached now, with what they answered last.
     *
     * @return message of the last failure by destination
     */
    Map<String, String> unavailableDestinations();

    /**
     * Returns the last error of the relay itself, such as a database that cannot be reached.
     *
     * @return the message, or {@code null} if it works
     */
    @Nullable
    String lastError();

    /**
     * Counts what is still owed, by all instances together; a query each time, which reads the whole table.
     *
     * @return the backlog
     */
    OutboxBacklog backlog();

    /**
     * Counts what is still owed to each destination, by all instances together; a query each time, which reads the whole
     * table.
     *
     * @return the backlog by destination; those without messages are left out
     */
    Map<String, OutboxBacklog> backlogs();
}
