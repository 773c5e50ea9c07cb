package io.integrationkit.deadletter;

import static io.integrationkit.deadletter.GivenUpCallsOfTests.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryDeadLetterStoreTests extends ContentContract {

    private static final int MAX_ENTRIES = 600;

    @Override
    DeadLetterStore newStore() {
        return new MemoryDeadLetterStore(MAX_ENTRIES, this.time);
    }

    @Override
    void expireLease(String id) {
        this.time.advance(LEASE.plusSeconds(1));
    }

    @Override
    void age(Duration time) {
        this.time.advance(time);
    }

    @Test
    void aFullStoreRefusesAndKeepsWhatItHas() {
        fill();

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.deadLetters.store(call("orders.ship", "one more")))
                .withMessageContaining("orders.ship")
                .withMessageContaining("integration.dead-letters.max-entries=600")
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.STORE_FULL));
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(MAX_ENTRIES);
        assertThat(this.deadLetters.storedTotal()).isEqualTo(MAX_ENTRIES);
    }

    @Test
    void aFullStoreStillUpdatesAnEntryItHas() {
        fill();

        this.deadLetters.store(call("orders.ship", "o-0"));

        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(MAX_ENTRIES);
    }

    @Test
    void theOldestClosedEntryMakesRoomInAFullStore() {
        fill();
        DeadLetter closed =
                this.deadLetters.list(DeadLetterFilter.all(), null, 10).get(9);
        this.deadLetters.discard(closed.id(), "obsolete");

        String id = this.deadLetters.store(call("orders.ship", "one more"));

        assertThat(this.deadLetters.find(id)).isPresent();
        assertThat(this.deadLetters.find(closed.id())).isEmpty();
    }

    @Test
    void entriesDoNotSurviveARestartAndItSaysSo() {
        assertThat(this.deadLetters.durable()).isFalse();
    }

    private void fill() {
        for (int i = 0; i < MAX_ENTRIES; i++) {
            this.deadLetters.store(call("orders.ship", "o-" + i));
        }
    }
}
