package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.Map;
import org.springframework.util.unit.DataSize;

/**
 * Refuses entries that are too large. What was to be stored fails then, and stays where it is: nothing is cut off, since
 * half of a message cannot be replayed.
 */
final class EntrySize {

    private final DataSize largest;

    EntrySize(DataSize largest) {
        this.largest = largest;
    }

    void require(GivenUp givenUp) {
        long size = (givenUp.content() instanceof Content.OfMessage message)
                ? message.payload().length + size(message.headers())
                : utf8(((Content.OfCall) givenUp.content()).arguments());
        if (size > this.largest.toBytes()) {
            throw new ProblemException(
                    ProblemCode.DEAD_LETTER_TOO_LARGE,
                    FailureCategory.PERMANENT,
                    "a dead letter of %s cannot be kept: it has %d bytes, integration.dead-letters.max-entry-size=%s"
                            .formatted(Text.line(givenUp.name()), size, this.largest));
        }
    }

    private static long size(Map<String, String> headers) {
        long size = 0;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            size += utf8(header.getKey()) + utf8(header.getValue());
        }
        return size;
    }

    /** Without a copy of the text in bytes. */
    private static long utf8(String text) {
        return text.codePoints().mapToLong(EntrySize::utf8).sum();
    }

    private static long utf8(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        if (codePoint < 0x800) {
            return 2;
        }
        return (codePoint < 0x10000) ? 3 : 4;
    }
}
