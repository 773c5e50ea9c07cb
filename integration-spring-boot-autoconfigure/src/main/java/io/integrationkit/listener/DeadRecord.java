package io.integrationkit.listener;

import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.ReportedFailure;
import io.integrationkit.kafka.RecordKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.springframework.kafka.support.KafkaHeaders;

/** A record of a dead-letter topic, read as what it was before it was given up. */
final class DeadRecord {

    private static final List<String[]> ORIGINS = List.of(
            new String[] {
                KafkaHeaders.DLT_ORIGINAL_TOPIC, KafkaHeaders.DLT_ORIGINAL_PARTITION, KafkaHeaders.DLT_ORIGINAL_OFFSET
            },
            new String[] {KafkaHeaders.ORIGINAL_TOPIC, KafkaHeaders.ORIGINAL_PARTITION, KafkaHeaders.ORIGINAL_OFFSET});

    private final ConsumerRecord<byte[], byte[]> received;

    private final Instant failedAt;

    /** The failure was when the record came to the topic, but not later than now, whatever clock it has its time from. */
    DeadRecord(ConsumerRecord<byte[], byte[]> received, Instant now) {
        this.received = received;
        Instant sent = Instant.ofEpochMilli(received.timestamp());
        this.failedAt = (received.timestamp() < 0 || sent.isAfter(now)) ? now : sent;
    }

    Instant failedAt() {
        return this.failedAt;
    }

    /** Where it lies. */
    String position() {
        return RecordMessage.position(this.received.topic(), this.received.partition(), this.received.offset());
    }

    /** Whether the record says that it was stored as this entry before it was sent to the topic. */
    boolean wasStoredAs(String id) {
        return DeadLetterHeaders.entry(id, origin())
                .equals(DeadLetterHeaders.text(this.received.headers(), DeadLetterHeaders.ENTRY));
    }

    DeadLetterMessage message(ReplayTopics topics) {
        Headers headers = this.received.headers();
        ReportedFailure cause = ReportedFailures.cause(headers, this.failedAt);
        byte[] bytes = this.received.key();
        String key = (bytes != null) ? new String(bytes, StandardCharsets.UTF_8) : null;
        Map<String, String> own = DeadLetterHeaders.own(headers);
        RecordKey.note(own, key, bytes);
        return RecordMessage.of(
                topics.of(this.received.topic(), headers),
                origin(),
                key,
                own,
                (this.received.value() != null) ? this.received.value() : new byte[0],
                ReportedFailures.failure(headers, ReportedFailures.types(headers)),
                cause,
                ReportedFailures.attempts(headers));
    }

    /** What can be stored of a record that cannot be: where it is. */
    DeadLetterMessage pointer(Throwable refused) {
        return RecordMessage.of(
                this.received.topic() + " (only there)",
                position(),
                null,
                Map.of(),
                new byte[0],
                ReportedFailures.failure(this.received.headers(), List.of()),
                new ReportedFailure(
                        List.of(refused.getClass().getName()),
                        "the record could not be stored and is only at " + position(),
                        List.of(),
                        null,
                        this.failedAt),
                1);
    }

    /** The name of its first place, which is its id where the record has none. */
    private String origin() {
        for (String[] names : ORIGINS) {
            String topic = DeadLetterHeaders.text(this.received.headers(), names[0]);
            long partition = DeadLetterHeaders.number(this.received.headers(), names[1]);
            long offset = DeadLetterHeaders.number(this.received.headers(), names[2]);
            if (topic != null
                    && TopicNames.legal(topic)
                    && partition >= 0
                    && partition <= Integer.MAX_VALUE
                    && offset >= 0) {
                return RecordMessage.position(topic, (int) partition, offset);
            }
        }
        return position();
    }
}
