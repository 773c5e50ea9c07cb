package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Delivers to Kafka topics, with a producer of its own that is connected like the application's: topic is the
 * destination, record key the message key in UTF-8 (no key: any partition), headers and payload as they are. Accepts
 * every legal name of a topic. Asked after all other destinations.
 */
@Order(Ordered.LOWEST_PRECEDENCE)
public final class KafkaMessageDestination implements MessageDestination, DisposableBean {

    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}");

    private final DefaultKafkaProducerFactory<byte[], byte[]> producers;

    private @Nullable Producer<byte[], byte[]> producer;

    /**
     * Creates the destination; connects at the first send.
     *
     * @param application the application's producer factory; its connection, security and compression are used, its
     *     serializers, transactions and listeners are not
     * @param spec settings of the outbox
     */
    public KafkaMessageDestination(ProducerFactory<?, ?> application, OutboxSpec spec) {
        Map<String, Object> settings = KafkaProducerSettings.of(application.getConfigurationProperties(), spec);
        this.producers =
                new DefaultKafkaProducerFactory<>(settings, ByteArraySerializer::new, ByteArraySerializer::new);
        this.producers.setPhysicalCloseTimeout((int) spec.deliveryTimeout().toSeconds());
        this.producers.setBeanName("integrationOutbox");
    }

    @Override
    public boolean accepts(String destination) {
        return TOPIC.matcher(destination).matches();
    }

    @Override
    public void send(OutboxRecord message, Completion completion) {
        ProducerRecord<byte[], byte[]> record = record(message);
        try {
            producer().send(record, (metadata, failure) -> {
                if (failure == null) {
                    completion.acknowledged();
                } else {
                    failed(completion, failure);
                }
            });
        } catch (KafkaException | IllegalStateException ex) {
            failed(completion, ex);
            replaceProducer();
        }
    }

    private static void failed(Completion completion, Exception failure) {
        Failure classified = KafkaFailures.classify(failure);
        completion.failed(classified, failure);
    }

    private static ProducerRecord<byte[], byte[]> record(OutboxRecord message) {
        String key = message.key();
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                message.destination(),
                null,
                (key != null) ? key.getBytes(StandardCharsets.UTF_8) : null,
                message.payload());
        message.headers().forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    private synchronized Producer<byte[], byte[]> producer() {
        Producer<byte[], byte[]> current = this.producer;
        if (current == null) {
            current = this.producers.createProducer();
            this.producer = current;
        }
        return current;
    }

    /** An exception thrown by send itself means that the producer is closed or in a state it cannot leave. */
    private synchronized void replaceProducer() {
        this.producer = null;
        this.producers.reset();
    }

    /** Closes the producer. */
    @Override
    public synchronized void destroy() {
        this.producer = null;
        this.producers.destroy();
    }
}
