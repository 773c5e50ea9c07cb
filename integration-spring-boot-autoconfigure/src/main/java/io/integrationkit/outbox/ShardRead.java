package io.integrationkit.outbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one window.
 *
 * @param window what was asked for
 * @param messages what was there, ids ascending
 * @param cut whether the read may have ended before the window was full
 */
record ShardRead(OutboxStore.Window window, List<StoredMessage> messages, boolean cut) {

    /** Whether the shard had at least as much as was asked for, so that there is probably more. */
    boolean full() {
        return this.cut || this.messages.size() >= this.window.limit();
    }

    boolean skippedAKey() {
        return this.window.skippedKey() != null;
    }

    boolean isEmpty() {
        return this.messages.isEmpty();
    }

    /** Up to which id the shard is known now. */
    long seenUpTo() {
        if (!full()) {
            return Long.MAX_VALUE;
        }
        return isEmpty()
                ? this.window.after()
                : this.messages.get(this.messages.size() - 1).row().id();
    }

    /** The key that left no room for others, if one did: three quarters of a full window. */
    @Nullable
    String dominantKey() {
        if (!full()) {
            return null;
        }
        String candidate = null;
        int lead = 0;
        for (StoredMessage message : this.messages) {
            String key = message.record().key();
            if (lead == 0) {
                candidate = key;
            }
            lead += (key != null && key.equals(candidate)) ? 1 : (lead == 0 ? 0 : -1);
        }
        return (candidate != null && count(candidate) * 4 >= this.messages.size() * 3) ? candidate : null;
    }

    private int count(String key) {
        int count = 0;
        for (StoredMessage message : this.messages) {
            if (key.equals(message.record().key())) {
                count++;
            }
        }
        return count;
    }
}
