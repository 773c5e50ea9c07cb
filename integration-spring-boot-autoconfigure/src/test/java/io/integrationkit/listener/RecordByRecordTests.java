package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.call.MessageTracing;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.event.CloudEvents;
import io.integrationkit.event.EventConcurrency;
import io.integrationkit.event.EventHandlers;
import io.integrationkit.event.EventPolicies;
import io.integrationkit.event.EventProcessor;
import io.integrationkit.event.EventReader;
import io.integrationkit.event.EventTypes;
import io.integrationkit.event.EventVersions;
import io.integrationkit.event.EventsNotHandledException;
import io.integrationkit.event.KafkaEventProcessor;
import io.integrationkit.event.KafkaEvents;
import io.integrationkit.event.NewerVersionPolicy;
import io.integrationkit.event.UnknownTypePolicy;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.testsupport.ManualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.support.serializer.DeserializationException;
import org.springframework.kafka.support.serializer.SerializationUtils;
import tools.jackson.databind.json.JsonMapper;

class RecordByRecordTests {

    private static final TopicPartition FIRST = new TopicPartition("orders", 0);

    private static final TopicPartition SECOND = new TopicPartition("orders", 1);

    private final ManualTime time = new ManualTime();

    private final List<String> handled = new ArrayList<>();

    private final MockConsumer<String, String> consumer = new MockConsumer<>("earliest");

    private Duration each = Duration.ZERO;

    @BeforeEach
    void assign() {
        this.consumer.assign(List.of(FIRST, SECOND));
        this.consumer.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
    }

    @Test
    void whatIsNotDoneInTimeIsDeliveredAgainAndNothingElse() {
        this.each = Duration.ofSeconds(6);
        assertThat(catchThrowable(() -> run(records()))).isInstanceOf(KafkaException.class);
        assertThat(this.handled).containsExactly("a0", "a1");
        assertThat(this.consumer.committed(Set.of(FIRST, SECOND))).isEqualTo(Map.of(FIRST, new OffsetAndMetadata(2)));
        assertThat(this.consumer.position(FIRST)).isEqualTo(2);
        assertThat(this.consumer.position(SECOND)).isEqualTo(5);
    }

    @Test
    void oneRecordIsHandledHoweverLongItTakes() {
        this.each = Duration.ofMinutes(1);
        assertThat(catchThrowable(() -> run(records()))).isInstanceOf(KafkaException.class);
        assertThat(this.handled).containsExactly("a0");
        assertThat(this.consumer.position(FIRST)).isEqualTo(1);
    }

    @Test
    void theFirstRecordThatFailsIsToldAndNoneBehindItIsTouched() {
        BatchListenerFailedException failed = run(records("a0", "bad", "a2"));
        assertThat(Objects.requireNonNull(failed).getRecord().value()).isEqualTo("bad");
        assertThat(this.handled).containsExactly("a0");
    }

    @Test
    void aRecordThatCouldNotBeDecodedIsToldAndTheListenerDoesNotGetIt() {
        ConsumerRecords<String, String> batch = records("a0", "undecodable");
        ConsumerRecord<String, String> undecodable = batch.records(FIRST).get(1);
        SerializationUtils.deserializationException(
                undecodable.headers(), new byte[] {1}, new IllegalStateException("no JSON"), false);
        BatchListenerFailedException failed = run(batch);
        assertThat(Objects.requireNonNull(failed).getRecord()).isSameAs(undecodable);
        assertThat(failed).hasCauseInstanceOf(DeserializationException.class);
        assertThat(this.handled).containsExactly("a0");
    }

    @Test
    void nothingIsToldIfAllAreHandled() {
        assertThat(run(records())).isNull();
        assertThat(this.handled).containsExactly("a0", "a1", "a2", "b5");
    }

    @Test
    void whatTheEventProcessorHasHandledIsNotHandledAgainAndWhatFailedThereHasFailed() {
        ConsumerRecords<String, String> batch = events("handled", "refused", "handled");
        Throwable thrown = catchThrowable(() -> processor(Duration.ofMinutes(1)).process(batch));
        BatchListenerFailedException failed = run((Exception) thrown, batch);
        assertThat(Objects.requireNonNull(failed).getRecord())
                .isSameAs(batch.records(FIRST).get(1));
        assertThat(failed).hasCauseInstanceOf(ProblemException.class);
        assertThat(this.handled).isEmpty();
    }

    @Test
    void theBytesOfWhatCouldNotBeDecodedAreKeptAlsoWhereTheEventProcessorRefusedIt() {
        ConsumerRecords<String, String> batch = events("handled", "handled");
        SerializationUtils.deserializationException(
                batch.records(FIRST).get(1).headers(), new byte[] {1}, new IllegalStateException("no JSON"), false);
        Throwable thrown = catchThrowable(() -> processor(Duration.ofMinutes(1)).process(batch));
        assertThat(thrown).isInstanceOf(EventsNotHandledException.class);
        assertThat(run((Exception) thrown, batch))
                .cause()
                .isInstanceOfSatisfying(
                        DeserializationException.class,
                        (ex) -> assertThat(ex.getData()).containsExactly(1));
    }

    @Test
    void whatTheEventProcessorHasNotBegunIsHandledAlone() {
        ConsumerRecords<String, String> batch = events("handled", "handled", "handled");
        Throwable thrown = catchThrowable(() -> processor(Duration.ofNanos(1)).process(batch));
        assertThat(run(new IllegalStateException("the listener's own", thrown), batch))
                .isNull();
        assertThat(this.handled).containsExactly("{1}", "{2}", "b5");
    }

    private KafkaEventProcessor processor(Duration batchTime) {
        PayloadCodec codec = new PayloadCodec(JsonMapper.builder().build());
        EventVersions versions =
                EventVersions.of(new EventTypes((text) -> text, Set.of()), Map.of(), Map.of(), Map.of());
        EventProcessor processor = new EventProcessor(
                EventHandlers.none(),
                new EventReader(versions, codec, new EventPolicies<>(NewerVersionPolicy.TOLERANT, Map.of())),
                new EventPolicies<>(UnknownTypePolicy.SKIP, Map.of("refused", UnknownTypePolicy.PARK)),
                (failure) -> Failure.of(FailureCategory.PERMANENT),
                MessageTracing.NONE,
                new EventConcurrency(1, batchTime, (work) -> new Thread(work).start(), TimeSource.system()));
        return new KafkaEventProcessor(new KafkaEvents(new CloudEvents(codec)), processor);
    }

    private static ConsumerRecords<String, String> events(String... types) {
        String[] values = new String[types.length];
        Arrays.setAll(values, (i) -> "{" + i + "}");
        ConsumerRecords<String, String> batch = records(values);
        for (int i = 0; i < types.length; i++) {
            Headers headers = batch.records(FIRST).get(i).headers();
            CloudEventHeaders.of(Integer.toString(i), "shop", types[i], 1, Instant.EPOCH, "application/json")
                    .forEach((name, value) -> headers.add(name, value.getBytes(StandardCharsets.UTF_8)));
        }
        return batch;
    }

    private @Nullable BatchListenerFailedException run(ConsumerRecords<String, String> batch) {
        return run(new IllegalStateException(), batch);
    }

    private @Nullable BatchListenerFailedException run(Exception thrown, ConsumerRecords<String, String> batch) {
        ContainerProperties properties = new ContainerProperties("orders");
        properties.setMessageListener((BatchMessageListener<String, String>) (received) -> {
            assertThat(received).hasSize(1);
            String text = received.get(0).value();
            if (text.equals("bad")) {
                throw new IllegalStateException(text);
            }
            this.handled.add(text);
            this.time.advance(this.each);
        });
        KafkaMessageListenerContainer<String, String> container =
                new KafkaMessageListenerContainer<>(new DefaultKafkaConsumerFactory<>(Map.of()), properties);
        return new RecordByRecord(this.time, new RecordContexts(this.time, MessageTracing.NONE))
                .run(thrown, batch, this.consumer, container);
    }

    private static ConsumerRecords<String, String> records(String... first) {
        List<ConsumerRecord<String, String>> ofFirst = new ArrayList<>();
        for (String text : (first.length > 0) ? first : new String[] {"a0", "a1", "a2"}) {
            ofFirst.add(new ConsumerRecord<>("orders", 0, ofFirst.size(), "key", text));
        }
        Map<TopicPartition, List<ConsumerRecord<String, String>>> batch = new LinkedHashMap<>();
        batch.put(FIRST, ofFirst);
        batch.put(SECOND, List.of(new ConsumerRecord<>("orders", 1, 5, "key", "b5")));
        return new ConsumerRecords<>(batch, Map.of());
    }
}
