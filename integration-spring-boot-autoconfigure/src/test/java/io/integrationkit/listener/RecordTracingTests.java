package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.actuate.IntegrationTracingAutoConfiguration;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.MessageTracing;
import io.integrationkit.context.Deadline;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.testsupport.KafkaBroker;
import io.integrationkit.testsupport.Spans;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;

/** Records with a {@code traceparent}, from a real broker to a real tracer. */
class RecordTracingTests {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final String topic = KafkaBroker.newTopic(1);

    private final Listener listener = new Listener();

    private final Spans spans = new Spans();

    private final ApplicationContextRunner untraced = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    KafkaAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    IntegrationTracingAutoConfiguration.class,
                    ListenerAutoConfiguration.class))
            .withPropertyValues(
                    "topic=" + this.topic,
                    "spring.kafka.bootstrap-servers=" + KafkaBroker.address(),
                    "spring.kafka.consumer.group-id=" + this.topic,
                    "spring.kafka.consumer.auto-offset-reset=earliest");

    private final ApplicationContextRunner batches = this.untraced
            .withBean(BatchListener.class)
            .withBean(Tracer.class, this.spans::tracer)
            .withBean(ObservationRegistry.class, () -> this.spans.registry());

    private final ApplicationContextRunner runner = this.untraced
            .withBean(Listener.class, () -> this.listener)
            .withBean(Tracer.class, this.spans::tracer)
            .withBean(ObservationRegistry.class, () -> this.spans.registry());

    @Test
    void theSpanOfARecordIsAChildOfItsSenders() {
        this.runner.run((context) -> {
            send(context, "order");
            SpanData record = this.spans.await("handle orders", 1).get(0);
            assertThat(record.getTraceId()).isEqualTo(Spans.TRACE);
            assertThat(record.getParentSpanId()).isEqualTo(Spans.SENDER);
            SpanData call = this.spans.await("call ", 1).get(0);
            assertThat(call.getParentSpanId()).isEqualTo(record.getSpanId());
            assertThat(value(record, "handler")).isEqualTo("orders");
            assertThat(value(record, "outcome")).isEqualTo("handled");
            assertThat(value(record, "type")).isEqualTo("other");
            assertThat(value(record, "category")).isEqualTo("none");
        });
    }

    @Test
    void aDuplicateAndAFailureAreTold() {
        this.runner.run((context) -> {
            send(context, "order");
            send(context, "order");
            send(context, "refused");
            List<SpanData> records = this.spans.await("handle orders", 3);
            assertThat(records)
                    .extracting((span) -> value(span, "outcome"))
                    .containsExactly("handled", "duplicate", "failed");
            assertThat(records)
                    .extracting((span) -> value(span, "category"))
                    .containsExactly("none", "none", "permanent");
        });
    }

    @Test
    void recordsOfABatchThatAreHandledOneByOneHaveOneEach() {
        this.batches.run((context) -> {
            send(context, "refused");
            SpanData record = this.spans.await("handle batches", 1).get(0);
            assertThat(record.getTraceId()).isEqualTo(Spans.TRACE);
            assertThat(record.getParentSpanId()).isEqualTo(Spans.SENDER);
            assertThat(value(record, "outcome")).isEqualTo("failed");
        });
    }

    @Test
    void besideTheContainersOwnSpanItIsAChildOfThat() {
        this.runner
                .withPropertyValues("spring.kafka.listener.observation-enabled=true")
                .run((context) -> {
                    send(context, "order");
                    send(context, "refused");
                    List<SpanData> records = this.spans.await("handle orders", 2);
                    List<SpanData> containers = this.spans.await(this.topic + " process", 2);
                    for (int i = 0; i < 2; i++) {
                        assertThat(containers.get(i).getParentSpanId()).isEqualTo(Spans.SENDER);
                        assertThat(records.get(i).getParentSpanId())
                                .isEqualTo(containers.get(i).getSpanId());
                    }
                });
    }

    @Test
    void withoutATracerThereIsNothingAndTheDeadlineOfTheRecordIsStillBound() {
        this.untraced.withBean(Listener.class, () -> this.listener).run((context) -> {
            ProducerRecord<Object, Object> record = new ProducerRecord<>(this.topic, "order");
            record.headers().add("ce_id", bytes("order"));
            record.headers().add(Deadline.RECORD_HEADER, bytes(Long.toString(System.currentTimeMillis() + 3_600_000)));
            template(context).send(record).get();
            send(context, "without");
            await().atMost(PATIENCE).until(() -> this.listener.deadlines.size() == 2);
            assertThat(this.listener.deadlines).containsExactly(true, false);
            assertThat(context).doesNotHaveBean(MessageTracing.class);
        });
    }

    private void send(ApplicationContext context, String id) throws Exception {
        ProducerRecord<Object, Object> record = new ProducerRecord<>(this.topic, id);
        record.headers().add("traceparent", bytes(Spans.TRACEPARENT));
        record.headers().add("ce_id", bytes(id));
        record.headers().add("ce_source", bytes("/shop"));
        record.headers().add("ce_type", bytes("order.placed"));
        template(context).send(record).get();
    }

    @SuppressWarnings("unchecked")
    private static KafkaTemplate<Object, Object> template(ApplicationContext context) {
        return context.getBean(KafkaTemplate.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String value(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.stringKey(key));
    }

    static class Listener {

        final List<Boolean> deadlines = new CopyOnWriteArrayList<>();

        @Deduplicate
        @KafkaListener(id = "orders", idIsGroup = false, topics = "${topic}")
        public void on(ConsumerRecord<String, String> record) {
            this.deadlines.add(Deadline.current() != null);
            if (Objects.equals(record.value(), "refused")) {
                throw new IntegrationException("refused", FailureCategory.PERMANENT, false);
            }
        }
    }

    static class BatchListener {

        @Handled
        @KafkaListener(id = "batches", idIsGroup = false, topics = "${topic}", batch = "true")
        public void on(List<ConsumerRecord<String, String>> records) {
            throw new IntegrationException("refused", FailureCategory.PERMANENT, false);
        }
    }
}
