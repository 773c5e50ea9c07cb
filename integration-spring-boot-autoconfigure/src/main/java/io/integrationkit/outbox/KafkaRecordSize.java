package io.integrationkit.outbox;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes a message takes as the only record of an uncompressed batch (record format 2), which is what a broker
 * compares with the limit of a topic.
 */
final class KafkaRecordSize {

    private static final int BATCH_HEADER = 61;

    /** Attributes, difference of time and difference of offset, which are zero for the first record of a batch. */
    private static final int RECORD_HEADER = 3;

    /** What a producer adds more than the wire does, since it does not know those differences yet. */
    static final int PRODUCERS_ESTIMATE = 17;

    private KafkaRecordSize() {}

    static long of(OutboxRecord message) {
        long body = RECORD_HEADER + field(message.key()) + field(message.payload().length);
        body += varint(message.headers().size());
        for (Map.Entry<String, String> header : message.headers().entrySet()) {
            body += field(header.getKey()) + field(header.getValue());
        }
        return BATCH_HEADER + varint(body) + body;
    }

    private static long field(@Nullable String text) {
        return (text != null) ? field(text.getBytes(StandardCharsets.UTF_8).length) : varint(-1);
    }

    private static long field(int length) {
        return varint(length) + length;
    }

    /** Signed numbers are written zigzag, seven bits a byte. */
    private static long varint(long value) {
        long zigzag = (value << 1) ^ (value >> 63);
        return 1 + (63 - Long.numberOfLeadingZeros(zigzag | 1)) / 7L;
    }
}
