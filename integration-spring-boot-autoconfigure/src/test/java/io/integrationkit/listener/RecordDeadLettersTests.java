package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.deadletter.ReplayedMessage;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.kafka.RecordKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.LongSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.support.serializer.DeserializationException;

class RecordDeadLettersTests {

    private final List<ReplayedMessage> sent = new ArrayList<>();

    @Test
    void aReplayBringsTheBytesThatTheConsumerCanDecode() {
        byte[] number = new LongSerializer().serialize("orders", 4711L);
        assertThat(payload(4711L, null)).isEqualTo(number);
        assertThat(payload("text", null)).asString(StandardCharsets.UTF_8).isEqualTo("text");
        assertThat(payload(new byte[] {1, 2}, null)).containsExactly(1, 2);
        assertThat(payload(Map.of("id", 1), null))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"id\":1}");
        assertThat(payload(null, null)).isEmpty();
        assertThat(payload(
                        null,
                        new DeserializationException("no JSON", new byte[] {3}, false, new IllegalStateException())))
                .containsExactly(3);
    }

    @Test
    void aReplayBringsTheBytesOfTheKeyThatTheConsumerCanDecode() {
        byte[] number = new LongSerializer().serialize("orders", 4711L);
        assertThat(key(replayed(received(4711L, "value"), null))).isEqualTo(number);
        assertThat(this.sent.get(0).key()).isEqualTo("4711");
        assertThat(key(replayed(received(number, "value"), null))).isEqualTo(number);
        assertThat(key(replayed(received("text", "value"), null)))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("text");
        assertThat(this.sent.get(0).headers()).isEmpty();
        assertThat(key(replayed(received(null, "value"), null))).isNull();
    }

    @Test
    void aKeyThatCannotBeDecodedIsNotTakenForThePayload() {
        ReplayedMessage message = replayed(
                received(null, "value"),
                new DeserializationException("no number", new byte[] {3}, true, new IllegalStateException()));
        assertThat(message.payload()).asString(StandardCharsets.UTF_8).isEqualTo("value");
        assertThat(key(message)).containsExactly(3);
    }

    @Test
    void anIdThatSaysNothingIsNone() {
        ConsumerRecord<Object, Object> record = received("key", "value");
        record.headers().add("ce_id", " ".getBytes(StandardCharsets.UTF_8));
        assertThat(replayed(record, null).messageId()).isEqualTo("orders-0@7");
    }

    @Test
    void whatItIsKnownAsIsToldToTheDeadLetterTopicAndNotStored() {
        ConsumerRecord<Object, Object> record = received("key", "value");
        record.headers().add(DeadLetterHeaders.ENTRY, "of a copy".getBytes(StandardCharsets.UTF_8));
        assertThat(replayed(record, null).headers()).isEmpty();
        assertThat(DeadLetterHeaders.text(record.headers(), DeadLetterHeaders.ENTRY))
                .endsWith(" orders-0@7");
    }

    private static byte @Nullable [] key(ReplayedMessage message) {
        return RecordKey.bytes(message.headers(), message.key());
    }

    private static ConsumerRecord<Object, Object> received(@Nullable Object key, @Nullable Object value) {
        return new ConsumerRecord<>("orders", 0, 7, key, value);
    }

    private byte[] payload(@Nullable Object value, @Nullable Exception undecodable) {
        return replayed(received("key", value), undecodable).payload();
    }

    private ReplayedMessage replayed(ConsumerRecord<Object, Object> record, @Nullable Exception undecodable) {
        this.sent.clear();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class))
                .withBean(MessageReplayer.class, () -> this.sent::add)
                .run((context) -> {
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    new RecordDeadLetters(deadLetters, context.getBean(PayloadCodec.class))
                            .keep(
                                    record,
                                    Failure.of(FailureCategory.VALIDATION),
                                    (undecodable != null) ? undecodable : new IllegalStateException("refused"));
                    List<DeadLetter> entries = deadLetters.list(DeadLetterFilter.all(), null, 2);
                    assertThat(entries).hasSize(1);
                    deadLetters.replay(entries.get(0).id());
                });
        assertThat(this.sent).hasSize(1);
        return this.sent.get(0);
    }
}
