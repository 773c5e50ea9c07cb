package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;

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
    void theMessageNotSeenForTheLongestTimeIsForgottenFirst() {
        Inbox small = Inbox.inMemory(2);
        handle(small, 1);
        handle(small, 2);
        assertThat(small.receive(message(1))).isEqualTo(Arrival.DUPLICATE);
        handle(small, 3);
        assertThat(small.receive(message(1))).isEqualTo(Arrival.DUPLICATE);
        assertThat(small.receive(message(3))).isEqualTo(Arrival.DUPLICATE);
        assertThat(small.receive(message(2))).isEqualTo(Arrival.FIRST);
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
