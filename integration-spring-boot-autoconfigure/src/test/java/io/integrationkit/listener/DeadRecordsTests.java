package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.testsupport.ManualTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.kafka.support.KafkaHeaders;

class DeadRecordsTests {

    private final DeadLetters deadLetters = mock();

    private final ManualTime time = new ManualTime();

    private final DeadRecords records = new DeadRecords(
            this.deadLetters,
            new ReplayTopics(".dead", Stream::empty, TopicNames.of("topics", List.of("known-*"))),
            new FailureClassification(List.of(), this.time::now)::classify,
            this.time);

    DeadRecordsTests() {
        when(this.deadLetters.find(any())).thenReturn(Optional.empty());
        when(this.deadLetters.storeMessage(any())).thenReturn("id");
    }

    @Test
    void whereARecordCameFromIsReadFromBinaryHeadersOfEitherKind() {
        ConsumerRecord<byte[], byte[]> record = record("orders-dlt");
        record.headers()
                .add(KafkaHeaders.DLT_ORIGINAL_TOPIC, bytes("orders"))
                .add(KafkaHeaders.DLT_ORIGINAL_PARTITION, integer(3))
                .add(KafkaHeaders.DLT_ORIGINAL_OFFSET, number(5_000_000_000L));
        assertThat(stored(record).messageId()).isEqualTo("orders-3@5000000000");

        record = record("orders-dlt");
        record.headers()
                .add(KafkaHeaders.ORIGINAL_TOPIC, bytes("orders"))
                .add(KafkaHeaders.ORIGINAL_PARTITION, integer(0))
                .add(KafkaHeaders.ORIGINAL_OFFSET, number(0))
                .add(KafkaHeaders.EXCEPTION_FQCN, bytes("java.net.ConnectException"))
                .add("retry_topic-attempts", integer(4));
        DeadLetterMessage retried = stored(record);
        assertThat(retried.messageId()).isEqualTo("orders-0@0");
        assertThat(retried.failure().category()).isEqualTo(FailureCategory.TEMPORARY);
        assertThat(retried.attempts()).isEqualTo(3);
        assertThat(retried.headers()).isEmpty();
    }

    @Test
    void aRecordThatFailedTwiceIsThatOfItsLastPlace() {
        ConsumerRecord<byte[], byte[]> record = record("orders-dlt.dead");
        record.headers()
                .add(KafkaHeaders.DLT_ORIGINAL_TOPIC, bytes("orders"))
                .add(KafkaHeaders.DLT_ORIGINAL_PARTITION, integer(0))
                .add(KafkaHeaders.DLT_ORIGINAL_OFFSET, number(7))
                .add(KafkaHeaders.DLT_ORIGINAL_TOPIC, bytes("orders-dlt"))
                .add(KafkaHeaders.DLT_ORIGINAL_PARTITION, integer(1))
                .add(KafkaHeaders.DLT_ORIGINAL_OFFSET, number(8));
        DeadLetterMessage message = stored(record);
        assertThat(message.destination()).isEqualTo("orders-dlt");
        assertThat(message.messageId()).isEqualTo("orders-dlt-1@8");
    }

    @Test
    void withoutAPlaceToComeFromItIsTheOneWhereItLies() {
        for (byte[] offset : new byte[][] {{}, {1}, number(-1), bytes("12345")}) {
            ConsumerRecord<byte[], byte[]> record = record("orders.DLT");
            record.headers()
                    .add(KafkaHeaders.DLT_ORIGINAL_TOPIC, bytes("orders"))
                    .add(KafkaHeaders.DLT_ORIGINAL_PARTITION, integer(0))
                    .add(KafkaHeaders.DLT_ORIGINAL_OFFSET, offset);
            DeadLetterMessage message = stored(record);
            assertThat(message.destination()).isEqualTo("orders");
            assertThat(message.messageId()).isEqualTo("orders.DLT-0@42");
        }
    }

    @Test
    void onlyTopicsThatAreKnownOtherwiseAreBelieved() {
        assertThat(named("orders-dlt", "orders")).isEqualTo("orders");
        assertThat(named("orders.dead", "orders")).isEqualTo("orders");
        assertThat(named("collected", "known-one")).isEqualTo("known-one");
        assertThat(named("orders-dlt", "payments")).startsWith("payments (");
        assertThat(named("orders-dlt", "orders-dlt")).isEqualTo("orders");
        assertThat(named("orders-dlt", "../x y")).isEqualTo("orders");
        assertThat(named("collected", "..")).isEqualTo("collected (original topic unknown)");
        assertThat(TopicNames.legal(named("orders-dlt", "payments"))).isFalse();
        assertThat(TopicNames.legal(named("-dlt", ".."))).isFalse();
    }

    @Test
    void idsAndTypesAreMadeToFitIntoAnyStore() {
        ConsumerRecord<byte[], byte[]> record = record("orders-dlt");
        record.headers().add("ce_id", bytes("a\0b")).add("ce_type", bytes("t\0" + "x".repeat(10_000)));
        DeadLetterMessage message = stored(record);
        assertThat(message.messageId()).isEqualTo("a\uFFFDb");
        assertThat(message.eventType()).hasSize(500).doesNotContain("\0");

        record = record("orders-dlt");
        record.headers().add("ce_id", bytes("x".repeat(10_000)));
        ConsumerRecord<byte[], byte[]> other = record("orders-dlt");
        other.headers().add("ce_id", bytes("x".repeat(10_001)));
        assertThat(stored(record).messageId())
                .hasSizeLessThan(100)
                .isNotEqualTo(stored(other).messageId());

        record = record("orders-dlt");
        record.headers().add("ce_id", bytes(" "));
        assertThat(stored(record).messageId()).isEqualTo("orders-dlt-0@42");
    }

    @Test
    void whatAServerAnsweredIsNotTold() {
        ConsumerRecord<byte[], byte[]> record = record("orders-dlt");
        record.headers()
                .add(
                        KafkaHeaders.DLT_EXCEPTION_FQCN,
                        bytes("org.springframework.kafka.listener.ListenerExecutionFailedException"))
                .add(
                        KafkaHeaders.DLT_EXCEPTION_CAUSE_FQCN,
                        bytes("org.springframework.web.client.HttpClientErrorException$TooManyRequests"))
                .add(KafkaHeaders.DLT_EXCEPTION_MESSAGE, bytes("Listener failed; 429: \"card 4711\""));
        DeadLetterMessage message = stored(record);
        assertThat(message.cause().getMessage()).isNull();
        assertThat(message.failure().category()).isEqualTo(FailureCategory.RATE_LIMIT);
    }

    @Test
    void onlyTheRecordThatWasStoredIsTakenForKnown() {
        ConsumerRecord<byte[], byte[]> record = record("orders-dlt");
        record.headers().add("ce_id", bytes("id-1"));
        DeadLetterMessage message = stored(record);
        DeadLetter entry = entry(message.entryId());
        when(this.deadLetters.find(message.entryId())).thenReturn(Optional.of(entry));
        clearInvocations(this.deadLetters);

        String known = DeadLetterHeaders.entry(message.entryId(), "orders-dlt-0@42");
        DeadLetterHeaders.set(record.headers(), DeadLetterHeaders.ENTRY, known);
        this.records.keep(record);
        verify(this.deadLetters, never()).storeMessage(any());

        // A copy that was brought back, and failed at its new place.
        DeadLetterHeaders.set(
                record.headers(), DeadLetterHeaders.ENTRY, DeadLetterHeaders.entry(message.entryId(), "orders-0@1"));
        this.records.keep(record);
        verify(this.deadLetters, times(1)).storeMessage(any());
    }

    private static DeadLetter entry(String id) {
        DeadLetter entry = mock();
        when(entry.id()).thenReturn(id);
        when(entry.lastFailedAt()).thenReturn(Instant.EPOCH);
        return entry;
    }

    @Test
    void noClassIsLoadedByANameInAHeader() {
        Trap.loaded = false;
        ConsumerRecord<byte[], byte[]> record = record("orders-dlt");
        String name = "io.integrationkit.listener.DeadRecordsTests$Trapped";
        record.headers()
                .add(KafkaHeaders.DLT_EXCEPTION_FQCN, bytes(name))
                .add(KafkaHeaders.DLT_EXCEPTION_CAUSE_FQCN, bytes(name))
                .add(KafkaHeaders.DLT_EXCEPTION_STACKTRACE, bytes(name + ": x\n\tat " + name + ".main(X.java:1)"));
        stored(record);
        assertThat(Trap.loaded).isFalse();
    }

    @Test
    void randomHeadersStopNothing() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] names = {
            KafkaHeaders.DLT_ORIGINAL_TOPIC,
            KafkaHeaders.DLT_ORIGINAL_PARTITION,
            KafkaHeaders.DLT_ORIGINAL_OFFSET,
            KafkaHeaders.DLT_EXCEPTION_FQCN,
            KafkaHeaders.DLT_EXCEPTION_STACKTRACE,
            KafkaHeaders.DELIVERY_ATTEMPT,
            DeadLetterHeaders.ENTRY,
            DeadLetterHeaders.CATEGORY,
            DeadLetterHeaders.FINGERPRINT,
            "retry_topic-attempts",
            "ce_id",
            "ce_dataversion"
        };
        int rounds = 2_000;
        for (int i = 0; i < rounds; i++) {
            ConsumerRecord<byte[], byte[]> record = record("orders-dlt");
            for (int j = random.nextInt(8); j > 0; j--) {
                byte[] value = new byte[random.nextInt(20)];
                random.nextBytes(value);
                record.headers().add(names[random.nextInt(names.length)], random.nextInt(9) == 0 ? null : value);
            }
            try {
                this.records.keep(record);
            } catch (RuntimeException ex) {
                throw new AssertionError("seed " + seed + ", round " + i, ex);
            }
        }
        verify(this.deadLetters, times(rounds)).storeMessage(any());
    }

    @Test
    void whatTheStoreRefusesForGoodIsKeptByItsPlace() {
        List<String> kept = new ArrayList<>();
        when(this.deadLetters.storeMessage(any())).thenAnswer((call) -> {
            DeadLetterMessage message = call.getArgument(0);
            if (message.payload().length > 0) {
                throw new DataIntegrityViolationException("too long");
            }
            kept.add(message.destination() + " " + message.messageId());
            return "id";
        });
        this.records.keep(record("orders-dlt"));
        assertThat(kept).containsExactly("orders-dlt (only there) orders-dlt-0@42");
    }

    @Test
    void aStoreThatTakesNothingOrIsAwayHasTheRecordComeAgain() {
        when(this.deadLetters.storeMessage(any())).thenThrow(new DataIntegrityViolationException("no table"));
        assertThatExceptionOfType(DataIntegrityViolationException.class)
                .isThrownBy(() -> this.records.keep(record("orders-dlt")));
        DeadLetters away = mock();
        when(away.find(any())).thenReturn(Optional.empty());
        when(away.storeMessage(any())).thenThrow(new QueryTimeoutException("slow"));
        DeadRecords other = new DeadRecords(
                away,
                new ReplayTopics("-dlt", Stream::empty, TopicNames.of("topics", List.of())),
                new FailureClassification(List.of(), this.time::now)::classify,
                this.time);
        assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(() -> other.keep(record("orders-dlt")));
        verify(away, times(1)).storeMessage(any());
        verify(away, times(0)).storeMessage(argThat((message) -> message.payload().length == 0));
    }

    private String named(String topic, String origin) {
        ConsumerRecord<byte[], byte[]> record = record(topic);
        record.headers().add(KafkaHeaders.DLT_ORIGINAL_TOPIC, bytes(origin));
        return stored(record).destination();
    }

    private DeadLetterMessage stored(ConsumerRecord<byte[], byte[]> record) {
        this.records.keep(record);
        ArgumentCaptor<DeadLetterMessage> stored = ArgumentCaptor.captor();
        verify(this.deadLetters, org.mockito.Mockito.atLeastOnce()).storeMessage(stored.capture());
        return stored.getValue();
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic) {
        return new ConsumerRecord<>(topic, 0, 42, bytes("key"), bytes("value"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] integer(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static class Trap {

        static volatile boolean loaded;
    }

    @SuppressWarnings("unused")
    static class Trapped extends RuntimeException {

        private static final long serialVersionUID = 1L;

        static {
            Trap.loaded = true;
        }
    }
}
