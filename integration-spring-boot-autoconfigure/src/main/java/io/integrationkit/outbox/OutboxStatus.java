package io.integrationkit.outbox;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the outbox owes and who sends it.
 *
 * @param everythingPaused whether nothing is sent at all until it is resumed
 * @param destinations destinations that have messages or held keys or are paused, by name
 * @param shards the shards, ascending
 */
public record OutboxStatus(boolean everythingPaused, List<Destination> destinations, List<Shard> shards) {

    /**
     * What waits for one destination.
     *
     * @param name its name
     * @param messages number of messages owed
     * @param oldestAge age of the oldest, or {@code null} if there is none
     * @param paused whether an operator stopped it
     * @param heldKeys keys whose messages do not simply go on
     * @param unavailable what it answered last if this instance cannot reach it now, otherwise {@code null}
     */
    public record Destination(
            String name,
            long messages,
            @Nullable Duration oldestAge,
            boolean paused,
            HeldKeyCount heldKeys,
            @Nullable String unavailable) {}

    /**
     * Who sends for one shard.
     *
     * @param number its number
     * @param owner name of the instance whose lease it is or was last; {@code null} if nobody had it yet
     * @param epoch rises with each claim
     * @param leaseLeft how long the lease lasts without a renewal; negative if it has ended
     * @param messages number of messages owed
     */
    public record Shard(int number, @Nullable String owner, long epoch, Duration leaseLeft, long messages) {}
}
