package io.integrationkit.outbox;

import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes ids of messages: UUIDs of version 7 (RFC 9562), milliseconds first, so that they sort by time and stay close
 * together in the inboxes that remember them.
 */
final class MessageIds {

    private static final long VERSION_7 = 0x7000L;

    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private static final int LENGTH = 36;

    private static final int HEXADECIMAL = 16;

    private final RandomGenerator random;

    /** The generator is used by many threads at once. */
    MessageIds(RandomGenerator random) {
        this.random = random;
    }

    /** A new id of a message published at that time. */
    String next(Instant time) {
        long high = (time.toEpochMilli() << 16) | VERSION_7 | (this.random.nextLong() & 0xfffL);
        long low = VARIANT | (this.random.nextLong() >>> 2);
        return new UUID(high, low).toString();
    }

    /** When the message with that id was published, in milliseconds; {@code null} if its id does not tell. */
    static @Nullable Instant timeOf(String id) {
        if (id.length() != LENGTH || id.charAt(14) != '7') {
            return null;
        }
        try {
            long high = Long.parseLong(id, 0, 8, HEXADECIMAL);
            return Instant.ofEpochMilli((high << 16) | Long.parseLong(id, 9, 13, HEXADECIMAL));
        } catch (NumberFormatException ex) {
            return null;
        }
    }
}
