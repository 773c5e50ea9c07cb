package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import io.integrationkit.event.EventHandlers;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.testsupport.ManualTime;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What fails the call that publishes, to the byte. */
class MessageEncoderTests {

    private static final long MOST = Outboxes.spec().maxMessageSize();

    private final ManualTime time = new ManualTime();

    private final MessageEncoder encoder = encoder(SizeLimit.NONE);

    private MessageEncoder encoder(SizeLimit ofDestination) {
        return new MessageEncoder(
                Outboxes.spec(),
                Outboxes.events().versions(),
                Outboxes.CODEC,
                new Destinations(List.of(new Limited(ofDestination))),
                new MessageIds(new Random()),
                this.time,
                new LocalHandlers(EventHandlers.none()));
    }

    @Test
    void messageOfTheLargestSizeIsAcceptedAndOneByteMoreIsNot() {
        int most = Math.toIntExact(MOST - this.encoder.encode(message(0)).size());
        assertThat(this.encoder.encode(message(most)).size()).isEqualTo(MOST);
        assertTooLarge(this.encoder, message(most + 1), "has 10001 bytes");
    }

    @Test
    void bytesOfTheKeyCountInUtf8() {
        int most = Math.toIntExact(MOST - this.encoder.encode(message(0)).size());
        assertThat(this.encoder.encode(message(most - 4).withKey("éé")).size()).isEqualTo(MOST);
        assertTooLarge(this.encoder, message(most - 3).withKey("éé"), "integration.outbox.max-message-size");
    }

    @Test
    void destinationCountsWhatItAddsAndTakesItsLargestMessage() {
        long most = this.encoder.encode(message(100)).size() + Limited.ADDED;
        MessageEncoder limited = encoder(new SizeLimit(most, "limit of the test"));
        assertThat(limited.encode(message(100)).payload()).hasSize(100);
        assertTooLarge(limited, message(101), "'orders' takes %d (limit of the test)".formatted(most));
    }

    @Test
    void textsTheDatabaseCannotHoldFailThePublisher() {
        assertNotStorable(OutboxMessage.of("odd\u0000", "orders", "x"));
        assertNotStorable(OutboxMessage.of("odd", "orders", "x").withKey("a\u0000b"));
        assertNotStorable(OutboxMessage.of("odd", "orders", "x").withContentType("text/plain\u0000"));
        assertNotStorable(OutboxMessage.of("odd", "orders\u0000", "x"));
    }

    @Test
    void bytesAreThoseOfThePublishWhateverBecomesOfThemLater() {
        byte[] payload = {1, 2, 3};
        OutboxRecord record = this.encoder.encode(OutboxMessage.of("n", "orders", payload));
        payload[0] = 9;
        assertThat(record.payload()).containsExactly(1, 2, 3);
    }

    @Test
    void correlationIdOfTheMessageItselfIsSent() {
        try (Scope scope = Correlation.open("of-the-thread")) {
            assertThat(this.encoder
                            .encode(message(0).withHeader(Correlation.HEADER, "its-own"))
                            .headers())
                    .containsEntry(Correlation.HEADER, "its-own");
            assertThat(this.encoder.encode(message(0)).headers()).containsEntry(Correlation.HEADER, "of-the-thread");
        }
    }

    private static OutboxMessage message(int bytes) {
        return OutboxMessage.of("n", "orders", new byte[bytes]);
    }

    private static void assertTooLarge(MessageEncoder encoder, OutboxMessage message, String mentioned) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> encoder.encode(message))
                .withMessageContaining(mentioned)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.MESSAGE_TOO_LARGE))
                .satisfies((ex) -> assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION));
    }

    private void assertNotStorable(OutboxMessage message) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.encoder.encode(message))
                .withMessageContaining("U+0000")
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.MESSAGE_NOT_SERIALIZABLE));
    }

    /** Takes all names, and adds something to each message. */
    private record Limited(SizeLimit limit) implements MessageDestination {

        private static final long ADDED = 7;

        @Override
        public boolean accepts(String destination) {
            return true;
        }

        @Override
        public SizeLimit sizeLimit(String destination) {
            return this.limit;
        }

        @Override
        public long sizeOf(OutboxRecord message) {
            return message.size() + ADDED;
        }

        @Override
        public void send(OutboxRecord message, Completion completion) {
            throw new IllegalStateException("nothing is sent");
        }
    }
}
