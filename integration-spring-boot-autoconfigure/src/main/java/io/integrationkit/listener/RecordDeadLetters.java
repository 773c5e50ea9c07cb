package io.integrationkit.listener;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.kafka.RecordKey;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.log.LogAccessor;
import org.springframework.kafka.support.KafkaUtils;
import org.springframework.kafka.support.serializer.DeserializationException;
import org.springframework.kafka.support.serializer.SerializationUtils;

/** Stores a record that is given up as a dead letter, with what is needed to send it to its topic again. */
public final class RecordDeadLetters implements GivenUpRecords {

    private static final Logger LOGGER = LoggerFactory.getLogger(RecordDeadLetters.class);

    private static final LogAccessor SPRINGS_LOG = new LogAccessor(RecordDeadLetters.class);

    private static final String SPRING_HEADERS = "springDeserializerException";

    private final DeadLetters deadLetters;

    private final RecordBytes bytes;

    /**
     * Creates the adapter.
     *
     * @param deadLetters where records go
     * @param codec writes values of types that Kafka does not know
     */
    public RecordDeadLetters(DeadLetters deadLetters, PayloadCodec codec) {
        this.deadLetters = deadLetters;
        this.bytes = new RecordBytes(codec);
    }

    /** Stores a record; the same one again updates its dead letter. */
    @Override
    public void keep(ConsumerRecord<?, ?> failed, Failure failure, Exception exception) {
        String position = RecordMessage.position(failed.topic(), failed.partition(), failed.offset());
        byte[] bytes = key(failed, exception);
        String key = text((failed.key() != null) ? failed.key() : bytes);
        Map<String, String> headers = headers(failed);
        RecordKey.note(headers, key, bytes);
        String id = this.deadLetters.storeMessage(RecordMessage.of(
                failed.topic(),
                position,
                key,
                headers,
                payload(failed, exception),
                failure,
                ReportedFailures.unwrapped(exception),
                1));
        // Whoever reads it from a dead-letter topic need not store it again.
        DeadLetterHeaders.set(failed.headers(), DeadLetterHeaders.ENTRY, DeadLetterHeaders.entry(id, position));
        LOGGER.warn(
                "Record {}-{}@{} was given up as {} and stored as dead letter {}",
                failed.topic(),
                failed.partition(),
                failed.offset(),
                failure.category(),
                id);
    }

    private byte @Nullable [] key(ConsumerRecord<?, ?> failed, Exception exception) {
        byte[] undecoded = undecoded(failed, exception, true);
        return (undecoded != null) ? undecoded : this.bytes.of(failed, failed.key());
    }

    private byte[] payload(ConsumerRecord<?, ?> failed, Exception exception) {
        byte[] undecoded = undecoded(failed, exception, false);
        byte[] value = (undecoded != null) ? undecoded : this.bytes.of(failed, failed.value());
        return (value != null) ? value : new byte[0];
    }

    /** Key and value may both be undecodable; the exception is that of one of them. */
    private static byte @Nullable [] undecoded(ConsumerRecord<?, ?> failed, Exception exception, boolean key) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof DeserializationException undecodable && undecodable.isKey() == key) {
                return undecodable.getData();
            }
        }
        DeserializationException noted = SerializationUtils.getExceptionFromHeader(
                failed,
                key ? KafkaUtils.KEY_DESERIALIZER_EXCEPTION_HEADER : KafkaUtils.VALUE_DESERIALIZER_EXCEPTION_HEADER,
                SPRINGS_LOG);
        return (noted != null) ? noted.getData() : null;
    }

    private static Map<String, String> headers(ConsumerRecord<?, ?> failed) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : failed.headers()) {
            if (header.value() != null
                    && !header.key().startsWith(SPRING_HEADERS)
                    && !header.key().startsWith(DeadLetterHeaders.PREFIX)) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        return headers;
    }

    private static @Nullable String text(@Nullable Object key) {
        if (key instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        return (key != null) ? key.toString() : null;
    }
}
