package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.Race;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoryInboxTests {

    private final Inbox inbox = Inbox.inMemory(100);

    @Test
    void aCopyOfAMessageBeingHandledIsInFlight() {
        assertThat(this.inbox.receive(message(1))).isEqualTo(Arrival.FIRST);
        assertThat(this.inbox.receive(message(1))).isEqualTo(Arrival.IN_FLIGHT);
        this.inbox.handled(message(1));
        assertThat(this.inbox.receive(message(1))).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void theMessageHandledTheLongestAgoIsForgottenFirstHoweverOftenItCame() {
        Inbox small = Inbox.inMemory(2);
        handle(small, 1);
        handle(small, 2);
        assertThat(small.receive(message(1))).isEqualTo(Arrival.DUPLICATE);
        handle(small, 3);
        assertThat(small.receive(message(2))).isEqualTo(Arrival.DUPLICATE);
        assertThat(small.receive(message(3))).isEqualTo(Arrival.DUPLICATE);
        assertThat(small.receive(message(1))).isEqualTo(Arrival.FIRST);
    }

    @Test
    void severalThreadsLeaveNoMoreThanFit() throws Exception {
        MemoryInbox small = new MemoryInbox(50);
        AtomicInteger next = new AtomicInteger();
        for (Future<Boolean> each : Race.run(8, () -> {
            for (int i = 0; i < 5_000; i++) {
                handle(small, next.getAndIncrement());
            }
            return true;
        })) {
            each.get();
        }
        assertThat(small.entries()).isEqualTo(50);
    }

    @Test
    void messagesBeingHandledAreNeverForgottenAndTakeNoRoom() {
        Inbox small = Inbox.inMemory(1);
        handle(small, 0);
        for (int i = 1; i <= 10; i++) {
            assertThat(small.receive(message(i))).isEqualTo(Arrival.FIRST);
        }
        for (int i = 1; i <= 10; i++) {
            assertThat(small.receive(message(i))).isEqualTo(Arrival.IN_FLIGHT);
        }
        assertThat(small.receive(message(0))).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void aBatchTakesNothingBehindAMessageThatIsInFlight() {
        assertThat(this.inbox.receive(message(2))).isEqualTo(Arrival.FIRST);
        assertThat(this.inbox.receiveAll(List.of(message(3), message(2), message(1))))
                .containsExactly(
                        Map.entry(message(3), Arrival.IN_FLIGHT),
                        Map.entry(message(2), Arrival.IN_FLIGHT),
                        Map.entry(message(1), Arrival.FIRST));
        assertThat(this.inbox.receive(message(3))).isEqualTo(Arrival.FIRST);
    }

    @Test
    void ofAMillionEventsEachDuplicateInsideTheWindowIsCaughtInBoundedMemory() {
        int window = 20_000;
        MemoryInbox bounded = new MemoryInbox(window);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int fresh = 0;
        int duplicates = 0;
        int mistakes = 0;
        int most = 0;
        for (int event = 0; event < 1_000_000; event++) {
            boolean again = fresh > 0 && random.nextInt(10) < 3;
            int number = again ? fresh - 1 - random.nextInt(Math.min(fresh, window)) : fresh++;
            Arrival arrival = bounded.receive(message(number));
            if (arrival != (again ? Arrival.DUPLICATE : Arrival.FIRST)) {
                mistakes++;
            }
            if (arrival == Arrival.FIRST) {
                most = Math.max(most, bounded.entries());
                bounded.handled(message(number));
            }
            duplicates += again ? 1 : 0;
        }
        assertThat(duplicates).isBetween(290_000, 310_000);
        assertThat(mistakes)
                .as("duplicates let in, or first ones kept out, with seed %s", seed)
                .isZero();
        assertThat(bounded.entries()).isEqualTo(window);
        assertThat(most).isEqualTo(window + 1);
    }

    @Test
    void itSaysWhatARestartLoses() {
        assertThat(this.inbox.durable()).isFalse();
        assertThat(this.inbox.engine()).isEqualTo("memory");
        assertThat(this.inbox.transactions()).isNull();
        assertThat(this.inbox.deleteExpired(10)).isZero();
    }

    private static void handle(Inbox inbox, int number) {
        assertThat(inbox.receive(message(number))).isEqualTo(Arrival.FIRST);
        inbox.handled(message(number));
    }

    private static MessageIdentity message(int number) {
        return new MessageIdentity("consumer", "", String.valueOf(number));
    }
}
