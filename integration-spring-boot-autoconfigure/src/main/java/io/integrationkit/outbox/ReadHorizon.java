package io.integrationkit.outbox;

import io.integrationkit.outbox.OutboxStore.Writers;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * Up to which id all is decided: each message with a lower id is there for the next read, or its transaction was rolled
 * back. Ids are drawn before a commit, so a time ("older than a few seconds") would not tell: a commit may hang for
 * longer, and the next transaction of its key would then be sent first. The database knows who is still writing. A
 * transaction that only reads, however long, holds up nothing.
 */
final class ReadHorizon {

    private static final long INTERVAL = Duration.ofMillis(200).toNanos();

    private final OutboxStore store;

    private long decided;

    private long candidate;

    private Set<String> undecided = Set.of();

    private boolean asked;

    private long askedAt;

    private long seen;

    private final Set<Integer> holding = new HashSet<>();

    /** Whether the store tells which shards hold keys. */
    private boolean known;

    ReadHorizon(OutboxStore store) {
        this.store = store;
    }

    /**
     * Up to which id reads of a shard leave nothing behind. While a key of the shard is held, that is 0: its messages are
     * left out, and are to be found at their place when it is let go, by whatever instance.
     */
    long decided(int shard) {
        return this.holding.contains(shard) ? 0 : this.decided;
    }

    /** Whether keys of the shard may be held. */
    boolean mayHold(int shard) {
        return !this.known || this.holding.contains(shard);
    }

    /** A key of the shard is held from now on. */
    void holding(int shard) {
        this.holding.add(shard);
    }

    /** A message with that id was there. */
    void seen(long id) {
        this.seen = Math.max(this.seen, id);
    }

    /** What is known about ids holds no more. */
    void forget() {
        this.decided = 0;
        this.undecided = Set.of();
        this.seen = 0;
        askAgain();
    }

    /** The next {@link #update} asks the store, however short the last one ago: a shard had another owner until now. */
    void askAgain() {
        this.asked = false;
    }

    /** Asks the store who is writing, unless that was asked a moment ago. */
    void update(Collection<Integer> shards, long now) {
        if (this.asked && this.askedAt + INTERVAL - now > 0) {
            return;
        }
        this.asked = true;
        this.askedAt = now;
        Writers writers = this.store.writers(shards, this.decided);
        if (writers == null) {
            return;
        }
        this.known = true;
        this.holding.clear();
        this.holding.addAll(writers.holding());
        if (!this.undecided.isEmpty() && Collections.disjoint(this.undecided, writers.open())) {
            this.decided = this.candidate;
            this.undecided = Set.of();
        }
        if (this.undecided.isEmpty()) {
            decide(Math.max(Math.max(this.seen, writers.lastId()), this.decided), writers.open());
        }
    }

    private void decide(long lastId, Set<String> open) {
        if (open.isEmpty()) {
            this.decided = lastId;
        } else if (lastId > this.decided) {
            this.candidate = lastId;
            this.undecided = open;
        }
    }
}
