package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.deduplicate.Arrival;
import io.integrationkit.deduplicate.MessageIdentity;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every {@link io.integrationkit.deduplicate.Inbox} does, as tests for JUnit. Extend it to see whether an inbox of
 * your own keeps its promises:
 *
 * <pre>{@code
 * class MyInboxTests extends InboxContract {
 *
 *     private final VirtualTime time = new VirtualTime();
 *
 *     private final Inbox inbox = new MyInbox(this.time);
 *
 *     @Override
 *     protected Inbox inbox() {
 *         return this.inbox;
 *     }
 *
 *     @Override
 *     protected void endRetention() {
 *         this.time.advance(Duration.ofDays(8));
 *     }
 * }
 * }</pre>
 *
 * <p>Two hooks are to be given: {@link #inbox()}, without messages when a test begins and with room for a hundred, and
 * {@link #endRetention()}. An inbox that deletes by itself what is over says so in {@link #forgetsByItself()}. Consumer,
 * source and id may be any text, however long; an inbox with transactions gets each delivery in one.
 *
 * <p>The races use up to 32 threads of the calling JVM. Several instances that share the state of an inbox should be
 * tested besides.
 */
public abstract class InboxContract extends InboxBatchContract {

    /** Creates the tests; JUnit does for each of them. */
    protected InboxContract() {}

    @Test
    void aMessageIsLetInOnce() {
        assertThat(deliver(this.message)).isEqualTo(Arrival.FIRST);
        assertThat(deliver(this.message)).isEqualTo(Arrival.DUPLICATE);
        assertThat(deliver(this.message)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void consumerSourceAndIdTellMessagesApart() {
        deliver(this.message);
        assertThat(deliver(new MessageIdentity("other", this.message.source(), this.message.id())))
                .isEqualTo(Arrival.FIRST);
        assertThat(deliver(new MessageIdentity(CONSUMER, "", this.message.id())))
                .isEqualTo(Arrival.FIRST);
        assertThat(deliver(newMessage())).isEqualTo(Arrival.FIRST);
        assertThat(deliver(this.message)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void whatStandsInOnePartIsNotTakenForAnother() {
        List<MessageIdentity> alike = List.of(
                new MessageIdentity("a:b", "c", "d"),
                new MessageIdentity("a", "b:c", "d"),
                new MessageIdentity("a", "b", "c:d"),
                new MessageIdentity("a:b:c", "", "d"),
                new MessageIdentity("a:b:c:d", "", ""),
                new MessageIdentity("", "a:b:c", "d"),
                new MessageIdentity("", "", "a:b:c:d"),
                new MessageIdentity("a", "1:b", "c"),
                new MessageIdentity("a1:", "b", "c"),
                new MessageIdentity("a\0b", "c", "d"),
                new MessageIdentity("a", "b\0c", "d"));
        for (MessageIdentity each : alike) {
            assertThat(deliver(each)).as("%s", each).isEqualTo(Arrival.FIRST);
        }
        for (MessageIdentity each : alike) {
            assertThat(deliver(each)).as("%s", each).isEqualTo(Arrival.DUPLICATE);
        }
    }

    @Test
    void aMessageWhoseHandlerFailedIsLetInAgain() {
        AtomicInteger effects = new AtomicInteger();
        assertThatIllegalStateException()
                .isThrownBy(() -> deliver(this.message, () -> {
                    throw new IllegalStateException("handler");
                }));
        assertThat(deliver(this.message, effects::incrementAndGet)).isEqualTo(Arrival.FIRST);
        assertThat(deliver(this.message, effects::incrementAndGet)).isEqualTo(Arrival.DUPLICATE);
        assertThat(effects).hasValue(1);
    }

    @Test
    void aForgottenMessageIsLetInAgain() {
        within(() -> {
            assertThat(inbox().receive(this.message)).isEqualTo(Arrival.FIRST);
            inbox().forget(this.message);
            return "";
        });
        assertThat(deliver(this.message)).isEqualTo(Arrival.FIRST);
    }

    @Test
    void aMessageThatIsNotThereCanBeForgotten() {
        within(() -> {
            inbox().forget(this.message);
            return "";
        });
        assertThat(deliver(this.message)).isEqualTo(Arrival.FIRST);
    }

    @Test
    void aCopyOfAMessageBeingHandledIsInFlight() {
        Assumptions.assumeFalse(transactional(), "in a transaction the copy waits");
        assertThat(inbox().receive(this.message)).isEqualTo(Arrival.FIRST);
        assertThat(inbox().receive(this.message)).isEqualTo(Arrival.IN_FLIGHT);
        assertThat(inbox().receive(newMessage())).isEqualTo(Arrival.FIRST);
        inbox().handled(this.message);
        assertThat(inbox().receive(this.message)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void whatIsForgottenAfterItWasHandledStaysKnown() {
        Assumptions.assumeFalse(transactional(), "a commit says that a message was handled");
        deliver(this.message);
        inbox().forget(this.message);
        assertThat(deliver(this.message)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void of32CallersOneHandlesAMessage() throws Exception {
        AtomicInteger effects = new AtomicInteger();
        StoreUnderTest.together(32, () -> deliver(this.message, effects::incrementAndGet));
        assertThat(effects).hasValue(1);
        assertThat(deliver(this.message, effects::incrementAndGet)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void whileHandlersFailTheNextOneTriesUntilOneSucceeds() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        AtomicInteger effects = new AtomicInteger();
        StoreUnderTest.together(8, () -> {
            deliverUntilHandled(this.message, () -> {
                if (attempts.incrementAndGet() <= 5) {
                    throw new IllegalStateException("handler");
                }
                effects.incrementAndGet();
            });
            return null;
        });
        assertThat(effects).hasValue(1);
        assertThat(attempts).hasValue(6);
        assertThat(deliver(this.message)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void idsThatADatabaseWouldRefuseAreIdsToo() {
        for (String id : new String[] {"x".repeat(10_000), "a\0b", "ключ-✓-😀", "' or 1=1 --"}) {
            MessageIdentity odd = new MessageIdentity(CONSUMER, id, id + UUID.randomUUID());
            assertThat(deliver(odd)).isEqualTo(Arrival.FIRST);
            assertThat(deliver(odd)).isEqualTo(Arrival.DUPLICATE);
        }
    }

    @Test
    void idsAreComparedExactly() {
        for (String id : new String[] {"order", "Order", "order ", "\u00f6rder", "o\u0308rder", "order\t", "", " "}) {
            MessageIdentity like = new MessageIdentity(CONSUMER, "exactly", id);
            assertThat(deliver(like)).as("'%s'", id).isEqualTo(Arrival.FIRST);
            assertThat(deliver(like)).as("'%s'", id).isEqualTo(Arrival.DUPLICATE);
        }
    }

    @Test
    void theLongestIdentityThatIsKeptAsTextFits() {
        MessageIdentity longest = new MessageIdentity("\u20ac".repeat(255), "\u20ac".repeat(255), "\u20ac".repeat(255));
        assertThat(deliver(longest)).isEqualTo(Arrival.FIRST);
        assertThat(deliver(longest)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void aMessageWhoseTimeIsOverIsANewOne() {
        deliver(this.message);
        endRetention();
        cleanUp();
        assertThat(deliver(this.message)).isEqualTo(Arrival.FIRST);
        assertThat(deliver(this.message)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void theCleanUpDeletesWhatIsOverAndNothingYounger() {
        List<MessageIdentity> old = List.of(newMessage(), newMessage(), newMessage());
        old.forEach(this::deliver);
        endRetention();
        deliver(this.message);

        int over = forgetsByItself() ? 0 : 1;
        assertThat(inbox().deleteExpired(1)).isEqualTo(over);
        assertThat(inbox().deleteExpired(10)).isEqualTo(2 * over);
        assertThat(inbox().deleteExpired(10)).isZero();
        assertThat(deliver(this.message)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void theCleanUpNeverTakesAMessageFromOneWhoJustReceivedIt() throws Exception {
        for (int round = 0; round < 10; round++) {
            MessageIdentity old = newMessage();
            MessageIdentity young = newMessage();
            deliver(old);
            endRetention();
            deliver(young);
            AtomicInteger number = new AtomicInteger();
            AtomicInteger effects = new AtomicInteger();
            StoreUnderTest.together(8, () -> {
                if (number.getAndIncrement() % 4 == 0) {
                    inbox().deleteExpired(10);
                } else {
                    deliverUntilHandled(old, effects::incrementAndGet);
                    deliverUntilHandled(young, effects::incrementAndGet);
                }
                return null;
            });
            cleanUp();
            deliver(old, effects::incrementAndGet);
            assertThat(effects).as("round %s", round).hasValue(1);
            assertThat(deliver(old)).isEqualTo(Arrival.DUPLICATE);
            assertThat(deliver(young)).isEqualTo(Arrival.DUPLICATE);
        }
    }

    private void cleanUp() {
        int deleted;
        do {
            deleted = inbox().deleteExpired(100);
        } while (deleted > 0);
    }
}
