package io.integrationkit.outbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What earlier reads of a shard taught about the next one: where it may begin, how much to ask for, and which key has so
 * many messages that others behind it would never be seen. Every other read leaves such a key out.
 */
final class ShardHistory {

    private static final Duration SKIP_AGAIN_AFTER = Duration.ofMillis(500);

    private static final Duration TROUBLE = Duration.ofSeconds(1);

    private boolean hot;

    private @Nullable String dominantKey;

    private boolean skipNever = true;

    private long skipFrom;

    private boolean troubled;

    private long readFrom;

    private long epoch;

    private long mark;

    private long behind;

    private boolean swept;

    private long sweepAt;

    boolean hot() {
        return this.hot;
    }

    boolean readable(long now) {
        return !this.troubled || this.readFrom - now <= 0;
    }

    /** A message of the shard could be neither sent nor moved; it is tried again a little later. */
    void trouble(long now) {
        this.troubled = true;
        this.readFrom = now + TROUBLE.toNanos();
    }

    @Nullable
    String keyToSkip(long now) {
        return (this.skipNever || this.skipFrom - now <= 0) ? this.dominantKey : null;
    }

    boolean sweepDue(long now) {
        return !this.swept || this.sweepAt - now <= 0;
    }

    /** Makes the next round begin at the lowest id. */
    void startOver() {
        this.mark = 0;
        this.behind = 0;
    }

    /** Tells once whether the lease is another one than before; what was known of the shard is forgotten then. */
    boolean takenOver(ShardLease lease) {
        if (this.epoch == lease.epoch()) {
            return false;
        }
        this.epoch = lease.epoch();
        startOver();
        return true;
    }

    /** Returns the id behind which a round begins: 0 for a sweep. */
    long begin(long now) {
        return sweepDue(now) ? 0 : this.mark;
    }

    /**
     * Takes in what was read.
     *
     * @param horizon up to which id all was decided before the read
     * @param nextSweep when to look at all ids again, after a read that did
     */
    void read(ShardRead read, long horizon, long now, long nextSweep) {
        this.troubled = false;
        if (read.skippedAKey()) {
            this.dominantKey = null;
            this.hot = true;
            this.skipNever = !read.isEmpty();
            this.skipFrom = now + SKIP_AGAIN_AFTER.toNanos();
            return;
        }
        this.dominantKey = read.dominantKey();
        this.hot = read.full();
        this.behind = (read.window().after() == 0) ? this.mark : 0;
        if (read.window().after() == 0) {
            this.swept = true;
            this.sweepAt = nextSweep;
        }
        this.mark = Math.max(read.window().after(), Math.min(horizon, read.seenUpTo()));
    }

    /** Whether a sweep found what reads from the mark on would have missed. */
    boolean foundBehindTheMark(ShardRead read) {
        return !read.isEmpty() && read.messages().get(0).row().id() <= this.behind;
    }
}
