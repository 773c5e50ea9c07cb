package io.integrationkit.outbox;

/** Sends that have not ended, and whether one more may begin. Used by the relay's thread only. */
final class UnderWay {

    /** Half of what a Kafka producer buffers by default, so that a send never waits for room. */
    private static final long MOST_BYTES = 16L * 1024 * 1024;

    private final Acknowledged acknowledged;

    private int count;

    private long bytes;

    UnderWay(Acknowledged acknowledged) {
        this.acknowledged = acknowledged;
    }

    int count() {
        return this.count;
    }

    void begun(StoredMessage message) {
        this.count++;
        this.bytes += message.bytes();
    }

    void ended(StoredMessage message) {
        this.count--;
        this.bytes -= message.bytes();
    }

    /** Whether one more may begin; if not, what a crash would repeat may be what holds it up. */
    boolean mayBegin(long now) {
        if (this.bytes >= MOST_BYTES) {
            return false;
        }
        if (!this.acknowledged.mayExpose(this.count)) {
            this.acknowledged.heldUp(now);
            return false;
        }
        return true;
    }
}
