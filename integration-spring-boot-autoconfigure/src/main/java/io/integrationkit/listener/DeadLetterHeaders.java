package io.integrationkit.listener;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.support.KafkaHeaders;

/**
 * Headers of records in dead-letter topics: those that tell of the failure, and those of the record as it was. Anybody who
 * may write to the topic can have written them: what is not as it should be is taken for absent.
 */
final class DeadLetterHeaders {

    /** Of the kit's own. */
    static final String PREFIX = "integration_dead-letter-";

    /** Id of the entry of a record that was stored before it was sent, and the place of that record. */
    static final String ENTRY = PREFIX + "id";

    static final String CATEGORY = PREFIX + "category";

    static final String FINGERPRINT = PREFIX + "fingerprint";

    private static final int LONGEST = 64 * 1024;

    private static final List<String> OF_THE_FAILURE = List.of(
            PREFIX,
            "kafka_dlt-",
            "kafka_original-",
            "kafka_exception-",
            "kafka_key-exception-",
            "retry_topic-",
            "springDeserializerException");

    private static final Set<String> OF_THE_DELIVERY =
            Set.of(KafkaHeaders.DELIVERY_ATTEMPT, KafkaHeaders.LISTENER_INFO);

    private DeadLetterHeaders() {}

    /** A copy of the record that is handled at another place, and fails there, is another failure. */
    static String entry(String id, String position) {
        return id + " " + position;
    }

    /** Sets a header in place of those of this name. */
    static void set(Headers headers, String name, String value) {
        headers.remove(name);
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Headers of the record as it was; of several of a name the last. */
    static Map<String, String> own(Headers headers) {
        Map<String, String> own = new LinkedHashMap<>();
        for (Header header : headers) {
            if (header.value() != null && !ofTheFailure(header.key())) {
                own.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        return own;
    }

    private static boolean ofTheFailure(String name) {
        return OF_THE_DELIVERY.contains(name) || OF_THE_FAILURE.stream().anyMatch(name::startsWith);
    }

    /** Text of the first of these names that there is; the last header of that name counts. */
    static @Nullable String text(Headers headers, String... names) {
        for (String name : names) {
            byte[] value = value(headers, name);
            if (value != null && value.length > 0) {
                return new String(value, 0, Math.min(value.length, LONGEST), StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    /** Number in the four or eight bytes of a header; -1 if that is missing, negative or something else. */
    static long number(Headers headers, String name) {
        byte[] value = value(headers, name);
        if (value == null) {
            return -1;
        }
        long number = switch (value.length) {
            case Integer.BYTES -> ByteBuffer.wrap(value).getInt();
            case Long.BYTES -> ByteBuffer.wrap(value).getLong();
            default -> -1;
        };
        return Math.max(number, -1);
    }

    private static byte @Nullable [] value(Headers headers, String name) {
        Header last = headers.lastHeader(name);
        return (last != null) ? last.value() : null;
    }
}
