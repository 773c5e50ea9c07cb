package io.integrationkit.sample.process.consumer;

import io.integrationkit.context.TimeSource;
import io.integrationkit.event.CloudEventHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import tools.jackson.databind.json.JsonMapper;

/** Sends what is planned to the topics of all styles, until it is ended. */
final class EventSource implements AutoCloseable {

    private static final int BURST = 4;

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final EventPlan plan;

    private final TimeSource time;

    private final JsonMapper mapper = new JsonMapper();

    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    private final Future<?> sending;

    private volatile boolean ended;

    EventSource(String bootstrapServers, EventPlan plan, TimeSource time) {
        this.plan = plan;
        this.time = time;
        this.sending = this.executor.submit(() -> {
            send(bootstrapServers);
            return null;
        });
    }

    private void send(String bootstrapServers) throws Exception {
        try (Producer<String, byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                new StringSerializer(),
                new ByteArraySerializer())) {
            while (!this.ended || !this.plan.complete()) {
                burst(producer);
                if (this.ended) {
                    this.plan.end();
                } else {
                    this.time.sleep(PAUSE);
                }
            }
        }
    }

    /** Several at once, so that a poll gets several of one partition. */
    private void burst(Producer<String, byte[]> producer) throws Exception {
        Map<Future<RecordMetadata>, Planned> sent = new LinkedHashMap<>();
        for (int i = 0; i < BURST; i++) {
            Planned next = this.plan.next();
            for (Style style : Style.values()) {
                sent.put(send(producer, style, next), next);
            }
        }
        for (Map.Entry<Future<RecordMetadata>, Planned> one : sent.entrySet()) {
            if (one.getKey().get().offset() != one.getValue().offset()) {
                throw new IllegalStateException("%s was sent to %s"
                        .formatted(one.getValue(), one.getKey().get()));
            }
        }
    }

    private Future<RecordMetadata> send(Producer<String, byte[]> producer, Style style, Planned next) {
        ProducerRecord<String, byte[]> sent = new ProducerRecord<>(
                style.topic(),
                next.partition(),
                "key-" + next.key(),
                (next.event() != null)
                        ? this.mapper.writeValueAsBytes(next.event())
                        : "{nobody can read this".getBytes(StandardCharsets.UTF_8));
        if (next.id() != null) {
            CloudEventHeaders.of(next.id(), "source", style.eventType(), 1, Instant.EPOCH, "application/json")
                    .forEach((name, value) -> sent.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        }
        return producer.send(sent);
    }

    /** Sends what is missing of the plan, and returns when all is acknowledged. */
    void end() throws Exception {
        this.ended = true;
        this.sending.get();
    }

    @Override
    public void close() {
        this.executor.shutdownNow();
    }
}
