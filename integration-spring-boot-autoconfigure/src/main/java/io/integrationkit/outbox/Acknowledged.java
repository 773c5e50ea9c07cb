package io.integrationkit.outbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that were acknowledged and are not deleted yet, and how many messages may be sent at once.
 *
 * <p>What is on its way or in here when the process dies is sent again: that is what a crash costs. So both together
 * are limited, and the limit follows what is owed. It begins at {@value #CAREFUL}; it grows with what was sent since
 * the relay last had nothing more to read, so that a crash never repeats more than {@value #CAREFUL} messages or a
 * {@value #SHARE}th of that backlog, whichever is more; and it grows while the limit alone holds the relay up because
 * answers take long. It never exceeds the batch size.
 *
 * <p>A DELETE costs a commit: while sends are under way it waits for half of the limit, but never longer than the
 * shortest poll interval, so that the next message of a busy key never waits for a commit. Nothing on its way: it waits
 * for nothing.
 */
final class Acknowledged {

    private static final int CAREFUL = 96;

    private static final int SHARE = 64;

    private static final long SLOW = Duration.ofMillis(25).toNanos();

    private final int most;

    private final long longestWait;

    private final List<StoredMessage.Row> rows = new ArrayList<>();

    private final List<ShardRound> rounds = new ArrayList<>();

    private int limit;

    private long inARow;

    private long since;

    private long lastAnswer;

    Acknowledged(OutboxSpec spec) {
        this.most = spec.batchSize();
        this.limit = Math.min(CAREFUL, this.most);
        this.longestWait = spec.pollMin().toNanos();
    }

    void add(ShardRound round, StoredMessage.Row row, long now) {
        if (this.rows.isEmpty()) {
            this.since = now;
        }
        this.lastAnswer = now;
        this.rows.add(row);
        this.rounds.add(round);
    }

    /** Whether one more may be sent while that many are on their way. */
    boolean mayExpose(int inFlight) {
        return inFlight + this.rows.size() < this.limit;
    }

    /** There was more to send, but too many are on their way; none of them may have been answered for long. */
    void heldUp(long now) {
        if (this.rows.isEmpty() && now - this.lastAnswer >= SLOW) {
            this.limit = Math.min(this.most, this.limit * 2);
            this.lastAnswer = now;
        }
    }

    /** Nothing more is owed than what is in memory. */
    void caughtUp() {
        this.inARow = 0;
        this.limit = Math.min(CAREFUL, this.most);
    }

    boolean isEmpty() {
        return this.rows.isEmpty();
    }

    boolean due(long now) {
        return this.rows.size() * 2 >= this.limit || untilDue(now) <= 0;
    }

    long untilDue(long now) {
        return this.rows.isEmpty() ? Long.MAX_VALUE : this.since + this.longestWait - now;
    }

    List<StoredMessage.Row> rows() {
        return List.copyOf(this.rows);
    }

    /** Forgets the rows once they are deleted; returns their rounds, one a row. */
    List<ShardRound> drain() {
        this.inARow += this.rows.size();
        this.limit = (int) Math.min(this.most, Math.max(this.limit, this.inARow / SHARE));
        List<ShardRound> drained = List.copyOf(this.rounds);
        this.rows.clear();
        this.rounds.clear();
        return drained;
    }
}
