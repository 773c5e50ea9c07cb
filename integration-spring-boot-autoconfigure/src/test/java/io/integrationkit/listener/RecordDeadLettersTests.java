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
        assertThat(replayed(4711L, null)).isEqualTo(number);
        assertThat(replayed("text", null)).asString(StandardCharsets.UTF_8).isEqualTo("text");
        assertThat(replayed(new byte[] {1, 2}, null)).containsExactly(1, 2);
        assertThat(replayed(Map.of("id", 1), null))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"id\":1}");
        assertThat(replayed(null, null)).isEmpty();
        assertThat(replayed(null, new DeserializationException("no JSON", new byte[] {3}, false, null)))
                .containsExactly(3);
    }

    private byte[] replayed(@Nullable Object value, @Nullable Exception undecodable) {
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
                                    new ConsumerRecord<>("orders", 0, 7, "key", value),
                                    Failure.of(FailureCategory.VALIDATION),
                                    (undecodable != null) ? undecodable : new IllegalStateException("refused"));
                    List<DeadLetter> entries = deadLetters.list(DeadLetterFilter.all(), null, 2);
                    assertThat(entries).hasSize(1);
                    deadLetters.replay(entries.get(0).id());
                });
        assertThat(this.sent).hasSize(1);
        return this.sent.get(0).payload();
    }
}
