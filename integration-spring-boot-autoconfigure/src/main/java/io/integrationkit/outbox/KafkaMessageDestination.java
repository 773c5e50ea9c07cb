package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.kafka.RecordKey;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
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

    private static final int LONGEST_TOPIC = 249;

    private final DefaultKafkaProducerFactory<byte[], byte[]> producers;

    private final Map<String, Object> settings;

    private final SizeLimit ofProducer;

    private final @Nullable TopicLimits topics;

    private @Nullable Producer<byte[], byte[]> producer;

    /**
     * Creates the destination; connects at the first send, and for the limits of a topic when something is published
     * to it.
     *
     * @param application the application's producer factory; its connection, security and compression are used, its
     *     serializers, transactions and listeners are not
     * @param spec settings of the outbox
     * @throws OutboxConfigurationException if the application's partitioner does not go by the key
     */
    public KafkaMessageDestination(ProducerFactory<?, ?> application, OutboxSpec spec) {
        this.settings = KafkaProducerSettings.of(application.getConfigurationProperties(), spec);
        this.producers =
                new DefaultKafkaProducerFactory<>(this.settings, ByteArraySerializer::new, ByteArraySerializer::new);
        this.producers.setPhysicalCloseTimeout((int) spec.deliveryTimeout().toSeconds());
        this.producers.setBeanName("integrationOutbox");
        this.ofProducer = KafkaProducerSettings.limit(this.settings);
        this.topics = KafkaProducerSettings.compressed(this.settings)
                ? null
                : new TopicLimits(
                        new BrokerTopicLimits(this.settings),
                        KafkaMessageDestination::onItsOwnThread,
                        TimeSource.system());
    }

    /** Settings of the producer. */
    Map<String, Object> settings() {
        return Collections.unmodifiableMap(this.settings);
    }

    @Override
    public boolean accepts(String destination) {
        int length = destination.length();
        if (length == 0 || length > LONGEST_TOPIC || destination.equals(".") || destination.equals("..")) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!legal(destination.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** By hand: it is asked for each message, at its publish and at its send, where a regular expression takes 200 ns. */
    private static boolean legal(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || character == '.'
                || character == '_'
                || character == '-';
    }

    /** One connection a partition, idempotence on: what is sent again stays at its place. */
    @Override
    public boolean keepsOrder() {
        return true;
    }

    private static void onItsOwnThread(Runnable work) {
        Thread thread = new Thread(work, "integration-outbox-limits");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Begins to ask for the limits of topics, so that they are known when the first message is published. Returns at
     * once; may be called again.
     *
     * @param names names of topics; those that do not exist are asked for again when something is published to them
     */
    public void learn(Collection<String> names) {
        if (this.topics != null) {
            this.topics.learn(names);
        }
    }

    /**
     * Returns the smaller of what topic ({@code max.message.bytes}) and producer ({@code max.request.size},
     * {@code buffer.memory}) take. A topic's limit is asked for when something is first published to it, on another
     * thread, and about once a minute from then on; until it is known, and where the broker tells it to nobody, there
     * is none. Nor is there one with compression: only the broker sees how small a message becomes.
     */
    @Override
    public SizeLimit sizeLimit(String destination) {
        long ofTopic = (this.topics != null) ? this.topics.of(destination) : Long.MAX_VALUE;
        return (ofTopic < this.ofProducer.bytes())
                ? new SizeLimit(ofTopic, "max.message.bytes of the topic")
                : this.ofProducer;
    }

    /** Counts what record and batch add. */
    @Override
    public long sizeOf(OutboxRecord message) {
        return KafkaRecordSize.of(message);
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

    static ProducerRecord<byte[], byte[]> record(OutboxRecord message) {
        return new ProducerRecord<>(
                message.destination(),
                null,
                RecordKey.bytes(message.headers(), message.key()),
                message.payload(),
                headers(message));
    }

    private static RecordHeaders headers(OutboxRecord message) {
        boolean key = message.headers().containsKey(RecordKey.HEADER);
        Header[] headers = new Header[message.headers().size() - (key ? 1 : 0)];
        int index = 0;
        for (Map.Entry<String, String> header : message.headers().entrySet()) {
            if (!key || !header.getKey().equals(RecordKey.HEADER)) {
                headers[index++] =
                        new RecordHeader(header.getKey(), header.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return new RecordHeaders(headers);
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
