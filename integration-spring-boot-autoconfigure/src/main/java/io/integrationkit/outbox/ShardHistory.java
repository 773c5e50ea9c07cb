package io.integrationkit.outbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What earlier rounds of a shard taught about the next read: how much to ask for, and which key has so many messages
 * that others behind it would never be seen. Every other read leaves such a key out.
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

    void read(ShardRound round, long now) {
        this.troubled = false;
        if (round.skippedAKey()) {
            this.dominantKey = null;
            this.hot = true;
            this.skipNever = round.read() > 0;
            this.skipFrom = now + SKIP_AGAIN_AFTER.toNanos();
        } else {
            this.dominantKey = round.dominantKey();
            this.hot = round.full();
        }
    }
}
