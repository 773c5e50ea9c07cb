package io.integrationkit.event;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Recognises CloudEvents in Kafka records. Safe for use by any number of threads. */
public final class KafkaEvents {

    /** What the names of headers begin with in which Spring's ErrorHandlingDeserializer keeps its failures. */
    private static final String UNDECODABLE = "springDeserializerException";

    private final CloudEvents events;

    /**
     * Creates it.
     *
     * @param events recognises them by headers and value
     */
    public KafkaEvents(CloudEvents events) {
        this.events = events;
    }

    /**
     * Reads a record.
     *
     * @param consumed the record; its value is bytes or text
     * @return the event, or {@code null} if the record is no CloudEvent
     * @throws ProblemException INT-319 if it wants to be one but is not, or if a deserializer made its value something
     *     else than bytes or text
     */
    public @Nullable ReceivedEvent read(ConsumerRecord<?, ?> consumed) {
        return this.events.read(headers(consumed), bytes(consumed));
    }

    /**
     * Reads a record of a batch, where nobody has looked yet whether it could be decoded.
     *
     * @throws ProblemException INT-319 also if it could not
     */
    @Nullable
    ReceivedEvent readDecoded(ConsumerRecord<?, ?> consumed) {
        for (Header header : consumed.headers()) {
            if (header.key().startsWith(UNDECODABLE)) {
                throw new ProblemException(
                        ProblemCode.EVENT_MALFORMED,
                        FailureCategory.VALIDATION,
                        "A record of topic '%s' could not be decoded".formatted(consumed.topic()));
            }
        }
        return read(consumed);
    }

    /** Of several headers of a name the last one counts, as everywhere in Kafka. */
    private static Map<String, String> headers(ConsumerRecord<?, ?> consumed) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : consumed.headers()) {
            if (header.value() != null) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        return headers;
    }

    private static byte @Nullable [] bytes(ConsumerRecord<?, ?> consumed) {
        Object value = consumed.value();
        if (value == null || value instanceof byte[]) {
            return (byte[]) value;
        }
        if (value instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        throw new ProblemException(
                ProblemCode.EVENT_MALFORMED,
                FailureCategory.VALIDATION,
                ("The value of a record of topic '%s' is a %s; events are read from bytes or text: use the"
                                + " ByteArrayDeserializer or StringDeserializer for it")
                        .formatted(consumed.topic(), value.getClass().getName()));
    }
}
