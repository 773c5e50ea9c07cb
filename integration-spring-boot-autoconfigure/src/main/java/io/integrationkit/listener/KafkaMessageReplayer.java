package io.integrationkit.listener;

import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.deadletter.ReplayedMessage;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.kafka.AcknowledgedProducer;
import io.integrationkit.kafka.RecordKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Sends the messages of dead letters to their topics where there is no outbox, with a producer of its own that is connected
 * like the application's. Returns when the brokers have acknowledged the record, which is before its entry is resolved: a
 * crash in between sends it again, under the same id. Safe for use by any number of threads.
 */
public final class KafkaMessageReplayer implements MessageReplayer, DisposableBean {

    private static final Duration LONGEST_SEND = Duration.ofSeconds(10);

    private static final Duration LONGEST_BLOCK = Duration.ofSeconds(3);

    private final DefaultKafkaProducerFactory<byte[], byte[]> producers;

    /**
     * Creates the sender; connects at the first replay.
     *
     * @param application the application's producer factory; its connection, security and compression are used, its
     *     serializers and transactions are not
     */
    public KafkaMessageReplayer(ProducerFactory<?, ?> application) {
        this.producers = new DefaultKafkaProducerFactory<>(
                AcknowledgedProducer.settings(application.getConfigurationProperties(), LONGEST_SEND, LONGEST_BLOCK),
                ByteArraySerializer::new,
                ByteArraySerializer::new);
        this.producers.setPhysicalCloseTimeout((int) LONGEST_SEND.toSeconds());
        this.producers.setBeanName("integrationMessageReplayer");
    }

    /**
     * Sends a message, and waits at most ten seconds for the acknowledgement.
     *
     * @throws ProblemException if its destination can be no topic, or it was not acknowledged: it may have arrived
     *     nevertheless
     */
    @Override
    public void replay(ReplayedMessage message) {
        replayAll(List.of(message));
    }

    /**
     * Sends messages in their order, and waits until each is acknowledged, at most ten seconds after it was sent.
     *
     * @throws ProblemException if a destination can be no topic, which nothing is sent before, or if one of the messages
     *     was not acknowledged: all of them may have arrived nevertheless
     */
    @Override
    public void replayAll(List<ReplayedMessage> messages) {
        messages.forEach(KafkaMessageReplayer::requireTopic);
        List<Future<RecordMetadata>> sent = new ArrayList<>(messages.size());
        try (Producer<byte[], byte[]> producer = this.producers.createProducer()) {
            for (ReplayedMessage message : messages) {
                sent.add(send(producer, message));
            }
            for (int i = 0; i < sent.size(); i++) {
                await(sent.get(i), messages.get(i));
            }
        }
    }

    private static void requireTopic(ReplayedMessage message) {
        if (!TopicNames.legal(message.destination())) {
            throw new ProblemException(
                    ProblemCode.DESTINATION_UNKNOWN,
                    FailureCategory.VALIDATION,
                    "No topic has the name '%s', so that a dead letter of it cannot be sent again"
                            .formatted(message.destination()));
        }
    }

    private static Future<RecordMetadata> send(Producer<byte[], byte[]> producer, ReplayedMessage message) {
        try {
            return producer.send(record(message));
        } catch (InterruptException ex) {
            Thread.currentThread().interrupt();
            throw notSent(message, ex);
        } catch (KafkaException ex) {
            throw notSent(message, ex);
        }
    }

    private static void await(Future<RecordMetadata> sent, ReplayedMessage message) {
        try {
            sent.get(LONGEST_SEND.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw notSent(message, ex);
        } catch (ExecutionException ex) {
            throw notSent(message, (ex.getCause() != null) ? ex.getCause() : ex);
        } catch (TimeoutException ex) {
            throw notSent(message, ex);
        }
    }

    private static ProblemException notSent(ReplayedMessage message, Throwable cause) {
        boolean refused = cause instanceof RecordTooLargeException
                || cause instanceof RecordBatchTooLargeException
                || cause instanceof InvalidTopicException;
        return new ProblemException(
                ProblemCode.DESTINATION_UNAVAILABLE,
                refused ? FailureCategory.PERMANENT : FailureCategory.TEMPORARY,
                "Message %s was not acknowledged by topic '%s': %s"
                        .formatted(
                                message.messageId(),
                                message.destination(),
                                cause.getClass().getName()),
                null,
                cause);
    }

    private static ProducerRecord<byte[], byte[]> record(ReplayedMessage message) {
        RecordHeaders headers = new RecordHeaders();
        message.headers().forEach((name, value) -> headers.add(name, value.getBytes(StandardCharsets.UTF_8)));
        headers.remove(RecordKey.HEADER);
        return new ProducerRecord<>(
                message.destination(),
                null,
                RecordKey.bytes(message.headers(), message.key()),
                message.payload(),
                headers);
    }

    /** Closes the producer. */
    @Override
    public void destroy() {
        this.producers.destroy();
    }
}
