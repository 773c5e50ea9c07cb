package io.integrationkit.listener;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer.HeaderNames.HeadersToAdd;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.KafkaUtils;

/** Spring's recoverer, for bytes, and without what an exception of somebody else says or where it came from. */
final class DeadLetterPublisher extends DeadLetterPublishingRecoverer {

    private final RecordBytes bytes;

    DeadLetterPublisher(KafkaTemplate<byte[], byte[]> template, String suffix, RecordBytes bytes) {
        super(template, (failed, exception) -> target(template, failed, suffix));
        this.bytes = bytes;
        setFailIfSendResultIsError(true);
        // Asked of the producer below, where a topic that is not there ends the send at once.
        setVerifyPartition(false);
        excludeHeader(HeadersToAdd.EX_MSG, HeadersToAdd.EX_STACKTRACE, HeadersToAdd.GROUP);
        setHeadersFunction((failed, exception) -> headers(exception));
    }

    private static TopicPartition target(
            KafkaTemplate<byte[], byte[]> template, ConsumerRecord<?, ?> failed, String suffix) {
        String topic = failed.topic() + suffix;
        boolean exists = template.partitionsFor(topic).stream()
                .anyMatch((partition) -> partition.partition() == failed.partition());
        return new TopicPartition(topic, exists ? failed.partition() : -1);
    }

    private static Headers headers(Exception exception) {
        Headers headers = new RecordHeaders();
        headers.add(single(KafkaHeaders.DLT_EXCEPTION_MESSAGE, FailureReason.of(exception)));
        // Spring's own is the wrapper of a batch.
        headers.add(single(
                KafkaHeaders.DLT_EXCEPTION_CAUSE_FQCN,
                NestedExceptionUtils.getMostSpecificCause(exception).getClass().getName()));
        String group = KafkaUtils.getConsumerGroupId();
        if (group != null) {
            headers.add(single(KafkaHeaders.DLT_ORIGINAL_CONSUMER_GROUP, group));
        }
        return headers;
    }

    private static SingleRecordHeader single(String name, String value) {
        return new SingleRecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    protected ProducerRecord<Object, Object> createProducerRecord(
            ConsumerRecord<?, ?> failed,
            TopicPartition target,
            Headers headers,
            byte @Nullable [] key,
            byte @Nullable [] value) {
        // Left by who gave it up before.
        headers.remove(KafkaHeaders.DLT_EXCEPTION_STACKTRACE);
        return new ProducerRecord<>(
                target.topic(),
                (target.partition() < 0) ? null : target.partition(),
                (key != null) ? key : this.bytes.of(failed, failed.key()),
                (value != null) ? value : this.bytes.of(failed, failed.value()),
                headers);
    }
}
