package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.MessageTracing;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

class PollTimeTests {

    private final ManualTime time = new ManualTime();

    private final MockConsumer<String, String> consumer = new MockConsumer<>("earliest");

    private final RecordContextInterceptor<String, String> interceptor = new RecordContextInterceptor<>(
            new RecordContexts(this.time, MessageTracing.NONE),
            "orders",
            new PollTime(Duration.ofSeconds(100), this.time));

    private final ConsumerRecord<String, String> record = new ConsumerRecord<>("orders", 0, 0, "key", "value");

    @Test
    void theRecordsOfAPollShareItsTime() {
        this.interceptor.setupThreadState(this.consumer);
        this.time.advance(Duration.ofSeconds(5));
        assertThat(leftForWaits()).isEqualTo(Duration.ofSeconds(90));
        this.time.advance(Duration.ofSeconds(30));
        assertThat(leftForWaits()).isEqualTo(Duration.ofSeconds(60));
        this.interceptor.setupThreadState(this.consumer);
        assertThat(leftForWaits()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void onlyWaitsAreBoundedAndNoCall() {
        this.interceptor.setupThreadState(this.consumer);
        this.interceptor.intercept(this.record, this.consumer);
        assertThat(Deadline.current()).isNull();
        this.interceptor.success(this.record, this.consumer);
        assertThat(Deadline.currentOfWaits()).isNull();
        this.interceptor.afterRecord(this.record, this.consumer);
    }

    @Test
    void theEarlierOfTheTwoDeadlinesBoundsTheWaits() {
        try (Scope waits = Deadline.ofWaits(Duration.ofSeconds(10), this.time).open()) {
            try (Scope call = Deadline.after(Duration.ofSeconds(5), this.time).open()) {
                assertThat(left()).isEqualTo(Duration.ofSeconds(5));
            }
            try (Scope call = Deadline.after(Duration.ofSeconds(50), this.time).open()) {
                assertThat(left()).isEqualTo(Duration.ofSeconds(10));
            }
        }
    }

    @Test
    void theIntervalIsThatOfTheListenerThenOfItsConsumersThenKafkas() {
        DefaultKafkaConsumerFactory<Object, Object> set =
                new DefaultKafkaConsumerFactory<>(Map.of("max.poll.interval.ms", 60_000));
        assertThat(PollInterval.of(Map.of("max.poll.interval.ms", "30000"), set))
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(PollInterval.of(Map.of(), set)).isEqualTo(Duration.ofMinutes(1));
        assertThat(PollInterval.of(Map.of(), new DefaultKafkaConsumerFactory<>(Map.of())))
                .isEqualTo(Duration.ofMinutes(5));
        assertThat(PollInterval.of(Map.of("max.poll.interval.ms", "soon"), set)).isNull();
    }

    private Duration leftForWaits() {
        this.interceptor.intercept(this.record, this.consumer);
        Duration left = left();
        this.interceptor.success(this.record, this.consumer);
        this.interceptor.afterRecord(this.record, this.consumer);
        return left;
    }

    private static Duration left() {
        return Objects.requireNonNull(Deadline.currentOfWaits()).remaining();
    }
}
