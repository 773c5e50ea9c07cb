package io.integrationkit.outbox;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Shards on their way to another instance: yielding until the relay's thread says that nothing of them is open, ended
 * until the lease thread has given them back. Used by both threads.
 */
final class YieldedShards {

    private Set<Integer> yielding = Set.of();

    private Set<Integer> ended = Set.of();

    /** Snapshot of all that are on their way. */
    synchronized Set<Integer> yielding() {
        return this.yielding;
    }

    synchronized void begin(Collection<Integer> shards) {
        Set<Integer> more = new HashSet<>(this.yielding);
        more.addAll(shards);
        this.yielding = Set.copyOf(more);
    }

    /** Ignored if the shard is not yielding, or no longer. */
    synchronized void ended(int shard) {
        if (this.yielding.contains(shard)) {
            Set<Integer> more = new HashSet<>(this.ended);
            more.add(shard);
            this.ended = Set.copyOf(more);
        }
    }

    /** Snapshot of those that may be given back. */
    synchronized Set<Integer> ended() {
        return this.ended;
    }

    /** Forgets all but these. */
    synchronized void retain(Collection<Integer> shards) {
        this.yielding = retained(this.yielding, shards);
        this.ended = retained(this.ended, shards);
    }

    private static Set<Integer> retained(Set<Integer> from, Collection<Integer> shards) {
        Set<Integer> kept = new HashSet<>(from);
        kept.retainAll(shards);
        return Set.copyOf(kept);
    }
}
