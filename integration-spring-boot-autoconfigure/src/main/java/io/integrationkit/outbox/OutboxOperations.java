package io.integrationkit.outbox;

import java.util.List;
import java.util.Set;

/**
 * What an operator can see of the outbox and do to its sending; what can be done about a key is {@link OutboxKeys}. All
 * of it is about the outbox of all instances, except where it says otherwise. Each change is one line of the log. Safe for
 * use by any number of threads; needs no transaction. {@link #status} reads the whole table.
 */
public interface OutboxOperations {

    /** Instead of a destination: all of them. */
    String EVERYTHING = "*";

    /**
     * Counts what is owed and tells who sends it.
     *
     * @return backlog by destination, and shards
     */
    OutboxStatus status();

    /**
     * Looks for what holds messages up. Reads the table no further.
     *
     * @param status what {@link #status} has just answered
     * @return what was found, the gravest first; empty if all is well
     */
    List<OutboxDiagnosis> diagnose(OutboxStatus status);

    /**
     * Returns what operators have stopped; cheap, reads no messages.
     *
     * @return names of destinations, {@link #EVERYTHING} among them if all are stopped
     */
    Set<String> paused();

    /**
     * Stops sending to a destination until it is resumed, also after a restart. This instance begins no further send;
     * the others follow with their next renewal of leases, a few seconds at most. Publishing goes on.
     *
     * @param destination name of the destination, or {@link #EVERYTHING}; need not have messages
     * @param actor who asks for it, for the log
     * @return whether it was not paused before
     */
    boolean pause(String destination, String actor);

    /**
     * Sends to a destination again. One that was paused by name stays paused when {@link #EVERYTHING} is resumed.
     *
     * @param destination name of the destination, or {@link #EVERYTHING}
     * @param actor who asks for it, for the log
     * @return whether it was paused
     */
    boolean resume(String destination, String actor);

    /**
     * Ends the lease of a shard, so that the next instance that renews its leases takes it. Meant for an instance that
     * hangs: one that works notices with its next renewal, and until then both send. A key's messages still arrive for
     * the first time in their order; some of them arrive twice.
     *
     * @param shard number of the shard
     * @param actor who asks for it, for the log
     * @return whether it had a lease that had not ended
     */
    boolean releaseLease(int shard, String actor);
}
