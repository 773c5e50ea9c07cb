package io.integrationkit.listener;

import io.integrationkit.context.TimeSource;
import io.integrationkit.event.EventsNotHandledException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.log.LogAccessor;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.support.KafkaUtils;
import org.springframework.kafka.support.serializer.DeserializationException;
import org.springframework.kafka.support.serializer.SerializationUtils;

/**
 * Handles the records of a batch that failed again, each as a batch of its own and so in a transaction of its own, until
 * one fails: only then is it known which one it was. What a listener says itself about the record that failed is not
 * believed: if its transaction rolled back, the records before that one are not handled either, and to move their offsets
 * on would lose them.
 *
 * <p>The event processor is believed: its handlers have transactions of their own, on threads of their own. What it has
 * handled is not handled again, and what failed there has failed.
 *
 * <p>Runs on the thread of the consumer, for {@value #SECONDS} seconds and one record at most, so that the poll is not
 * missed: what is not done by then is delivered again. A crash at any point leaves the offsets where they were, and all of
 * the batch comes again.
 */
final class RecordByRecord {

    private static final Logger logger = LoggerFactory.getLogger(RecordByRecord.class);

    private static final LogAccessor accessor = new LogAccessor(RecordByRecord.class);

    private static final int SECONDS = 10;

    private static final Duration TIME = Duration.ofSeconds(SECONDS);

    private final TimeSource time;

    private final RecordContexts contexts;

    RecordByRecord(TimeSource time, RecordContexts contexts) {
        this.time = time;
        this.contexts = contexts;
    }

    /**
     * Handles the records in their order.
     *
     * @param thrown what the listener threw
     * @return which record failed, and how; {@code null} if all are handled
     * @throws KafkaException if time is over; the offsets of what was handled are committed, the rest is delivered again
     */
    @Nullable
    BatchListenerFailedException run(
            Exception thrown,
            ConsumerRecords<?, ?> batch,
            Consumer<?, ?> consumer,
            MessageListenerContainer container) {
        EventsNotHandledException known = known(thrown);
        if (known == null) {
            logger.info(
                    "Listener '{}' failed with a batch of {} records; each of them is handled by itself now",
                    container.getListenerId(),
                    batch.count());
        }
        BatchOfOne listener = new BatchOfOne(
                Objects.requireNonNull(container.getContainerProperties().getMessageListener()), consumer);
        Map<TopicPartition, OffsetAndMetadata> handled = new HashMap<>();
        long began = this.time.nanoTime();
        for (ConsumerRecord<?, ?> received : batch) {
            if (!handled.isEmpty() && this.time.nanoTime() - began >= TIME.toNanos()) {
                throw deliverAgain(batch, handled, consumer);
            }
            if (known != null && known.handled(received)) {
                handled.put(BatchOfOne.partition(received), next(received));
                continue;
            }
            Exception failure = handle(container.getListenerId(), listener, received, known);
            if (failure != null) {
                return new BatchListenerFailedException(
                        "Record %s-%d@%d of a batch failed"
                                .formatted(received.topic(), received.partition(), received.offset()),
                        failure,
                        received);
            }
            handled.put(BatchOfOne.partition(received), next(received));
        }
        return null;
    }

    private static OffsetAndMetadata next(ConsumerRecord<?, ?> received) {
        return new OffsetAndMetadata(received.offset() + 1);
    }

    private static @Nullable EventsNotHandledException known(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof EventsNotHandledException known) {
                return known;
            }
        }
        return null;
    }

    private @Nullable Exception handle(
            @Nullable String listenerId,
            BatchOfOne listener,
            ConsumerRecord<?, ?> received,
            @Nullable EventsNotHandledException known) {
        DeserializationException undecodable = undecodable(received);
        if (undecodable != null) {
            return undecodable;
        }
        Exception failed = (known != null) ? known.failureOf(received) : null;
        if (failed != null) {
            return failed;
        }
        RecordContext context = this.contexts.open(listenerId, received);
        try {
            listener.handle(received);
            return null;
        } catch (RuntimeException ex) {
            return ex;
        } finally {
            context.close();
        }
    }

    private static @Nullable DeserializationException undecodable(ConsumerRecord<?, ?> received) {
        for (String header :
                List.of(KafkaUtils.VALUE_DESERIALIZER_EXCEPTION_HEADER, KafkaUtils.KEY_DESERIALIZER_EXCEPTION_HEADER)) {
            DeserializationException exception = SerializationUtils.getExceptionFromHeader(received, header, accessor);
            if (exception != null) {
                return exception;
            }
        }
        return null;
    }

    private static KafkaException deliverAgain(
            ConsumerRecords<?, ?> batch, Map<TopicPartition, OffsetAndMetadata> handled, Consumer<?, ?> consumer) {
        consumer.commitSync(handled);
        for (TopicPartition partition : batch.partitions()) {
            OffsetAndMetadata next = handled.get(partition);
            consumer.seek(
                    partition,
                    (next != null)
                            ? next.offset()
                            : batch.records(partition).get(0).offset());
        }
        return new KafkaException(
                "A failed batch is handled record by record for %d s at a time; the rest comes again"
                        .formatted(SECONDS),
                KafkaException.Level.DEBUG,
                null);
    }
}
