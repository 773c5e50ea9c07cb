package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes ids of messages: UUIDs of version 7 (RFC 9562), milliseconds first, so that they sort by time and stay close
 * together in the inboxes that remember them.
 */
final class MessageIds {

    private static final long VERSION_7 = 0x7000L;

    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final TimeSource time;

    private final RandomGenerator random;

    /** The generator is used by many threads at once. */
    MessageIds(TimeSource time, RandomGenerator random) {
        this.time = time;
        this.random = random;
    }

    String next() {
        long high = (this.time.now().toEpochMilli() << 16) | VERSION_7 | (this.random.nextLong() & 0xfffL);
        long low = VARIANT | (this.random.nextLong() >>> 2);
        return new UUID(high, low).toString();
    }
}
