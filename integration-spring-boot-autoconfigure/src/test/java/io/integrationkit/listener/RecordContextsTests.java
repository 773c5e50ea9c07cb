package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.MessageTracing;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Deadline;
import io.integrationkit.testsupport.ManualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordContextsTests {

    private final ManualTime time = new ManualTime();

    private final RecordContexts contexts = new RecordContexts(this.time, MessageTracing.NONE);

    @Test
    void theDeadlineOfARecordIsBoundUntilItsListenerReturns() {
        RecordContext context = this.contexts.open("orders", record(in(Duration.ofSeconds(5))));
        assertThat(Objects.requireNonNull(Deadline.current()).remaining())
                .isBetween(Duration.ofMillis(4_999), Duration.ofSeconds(5));
        context.ended();
        assertThat(Deadline.current()).isNull();
        context.close();
    }

    @Test
    void aRecordWhoseDeadlineIsOverIsHandledLateWithoutOne() {
        RecordContext context = this.contexts.open("orders", record(in(Duration.ofSeconds(-1))));
        assertThat(Deadline.current()).isNull();
        context.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-5", "1e9", "999999999999999", "9999999999999999"})
    void whatIsNoMomentIsNoDeadline(String header) {
        RecordContext context = this.contexts.open("orders", record(header));
        assertThat(Deadline.current()).isNull();
        context.close();
    }

    @Test
    void theCorrelationIdStaysForWhatBecomesOfTheRecord() {
        RecordContext context = this.contexts.open("orders", record(null));
        String correlation = Correlation.current();
        context.ended();
        assertThat(Correlation.current()).isNotNull().isEqualTo(correlation);
        context.close();
        assertThat(Correlation.current()).isNull();
    }

    private String in(Duration left) {
        return Long.toString(this.time.now().plus(left).toEpochMilli());
    }

    private static ConsumerRecord<String, String> record(@Nullable String deadline) {
        ConsumerRecord<String, String> record = new ConsumerRecord<>("orders", 0, 0, "key", "value");
        if (deadline != null) {
            record.headers().add(Deadline.RECORD_HEADER, deadline.getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }
}
