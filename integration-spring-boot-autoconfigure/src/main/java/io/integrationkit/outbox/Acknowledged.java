package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows that were acknowledged and are not deleted yet. A DELETE costs a commit: while sends are under way it waits for
 * company, so that the next message of a busy key never waits for a commit. What is in here when the process dies is
 * sent again.
 */
final class Acknowledged {

    private final int enough;

    private final long longestWait;

    private final List<StoredMessage.Row> rows = new ArrayList<>();

    private final List<ShardRound> rounds = new ArrayList<>();

    private long since;

    Acknowledged(OutboxSpec spec) {
        this.enough = Math.max(1, spec.batchSize() / 4);
        this.longestWait = spec.pollMin().toNanos();
    }

    void add(ShardRound round, StoredMessage.Row row, long now) {
        if (this.rows.isEmpty()) {
            this.since = now;
        }
        this.rows.add(row);
        this.rounds.add(round);
    }

    boolean isEmpty() {
        return this.rows.isEmpty();
    }

    boolean due(long now) {
        return this.rows.size() >= this.enough || untilDue(now) <= 0;
    }

    long untilDue(long now) {
        return this.rows.isEmpty() ? Long.MAX_VALUE : this.since + this.longestWait - now;
    }

    List<StoredMessage.Row> rows() {
        return List.copyOf(this.rows);
    }

    /** Forgets the rows once they are deleted; returns their rounds, one a row. */
    List<ShardRound> drain() {
        List<ShardRound> drained = List.copyOf(this.rounds);
        this.rows.clear();
        this.rounds.clear();
        return drained;
    }
}
