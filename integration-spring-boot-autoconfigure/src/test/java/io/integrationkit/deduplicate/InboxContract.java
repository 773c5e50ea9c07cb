package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.Race;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every inbox does; a delivery is what a stage makes of it. */
abstract class InboxContract {

    private final MessageIdentity message = message("source");

    private static MessageIdentity message(String source) {
        return new MessageIdentity("consumer", source, UUID.randomUUID().toString());
    }

    /** Delivers a message to a handler that may throw; tells whether it was let in and handled. */
    protected abstract Arrival deliver(MessageIdentity message, Runnable handler);

    @Test
    void aMessageIsLetInOnce() {
        assertThat(deliver(this.message, () -> {})).isEqualTo(Arrival.FIRST);
        assertThat(deliver(this.message, () -> {})).isEqualTo(Arrival.DUPLICATE);
        assertThat(deliver(this.message, () -> {})).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void consumerSourceAndIdTellMessagesApart() {
        deliver(this.message, () -> {});
        assertThat(deliver(new MessageIdentity("other", this.message.source(), this.message.id()), () -> {}))
                .isEqualTo(Arrival.FIRST);
        assertThat(deliver(new MessageIdentity("consumer", "", this.message.id()), () -> {}))
                .isEqualTo(Arrival.FIRST);
        assertThat(deliver(message("source"), () -> {})).isEqualTo(Arrival.FIRST);
    }

    @Test
    void aMessageWhoseHandlerFailedIsLetInAgain() {
        AtomicInteger effects = new AtomicInteger();
        assertThat(catching(() -> {
                    throw new IllegalStateException("handler");
                }))
                .isTrue();
        assertThat(deliver(this.message, effects::incrementAndGet)).isEqualTo(Arrival.FIRST);
        assertThat(deliver(this.message, effects::incrementAndGet)).isEqualTo(Arrival.DUPLICATE);
        assertThat(effects).hasValue(1);
    }

    private boolean catching(Runnable handler) {
        try {
            deliver(this.message, handler);
            return false;
        } catch (IllegalStateException ex) {
            return true;
        }
    }

    @Test
    void of64CopiesAtOnceOneHasAnEffect() throws Exception {
        AtomicInteger effects = new AtomicInteger();
        for (Future<Arrival> each : Race.run(64, () -> deliver(this.message, effects::incrementAndGet))) {
            each.get();
        }
        assertThat(effects).hasValue(1);
        assertThat(deliver(this.message, effects::incrementAndGet)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void idsThatADatabaseWouldRefuseAreIdsToo() {
        for (String id : new String[] {"x".repeat(10_000), "a\0b", "ключ-✓-😀", "' or 1=1 --"}) {
            MessageIdentity odd = new MessageIdentity("consumer", id, id + UUID.randomUUID());
            assertThat(deliver(odd, () -> {})).isEqualTo(Arrival.FIRST);
            assertThat(deliver(odd, () -> {})).isEqualTo(Arrival.DUPLICATE);
        }
    }

    @Test
    void idsAreComparedExactly() {
        for (String id : new String[] {"order", "Order", "order ", "\u00f6rder", "o\u0308rder", "order\t", "", " "}) {
            MessageIdentity like = new MessageIdentity("consumer", "exactly", id);
            assertThat(deliver(like, () -> {})).as("'%s'", id).isEqualTo(Arrival.FIRST);
            assertThat(deliver(like, () -> {})).as("'%s'", id).isEqualTo(Arrival.DUPLICATE);
        }
    }

    @Test
    void theLongestIdentityThatIsKeptAsTextFits() {
        MessageIdentity longest = new MessageIdentity("\u20ac".repeat(255), "\u20ac".repeat(255), "\u20ac".repeat(255));
        assertThat(deliver(longest, () -> {})).isEqualTo(Arrival.FIRST);
        assertThat(deliver(longest, () -> {})).isEqualTo(Arrival.DUPLICATE);
    }
}
