package io.integrationkit.benchmarks.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.benchmarks.load.Kafka;
import org.junit.jupiter.api.Test;

class ArrivalsTests {

    private final Arrivals arrivals = new Arrivals("bursts1kit");

    @Test
    void messagesInOrderAreNeitherDuplicatesNorInversions() {
        arrive(1, 2, 3);
        assertThat(this.arrivals.distinct()).isEqualTo(3);
        assertThat(this.arrivals.duplicates()).isZero();
        assertThat(this.arrivals.inversions()).isZero();
    }

    @Test
    void aMessageThatFirstComesAfterALaterOneOfItsKeyIsAnInversion() {
        arrive(1, 3, 2, 4);
        assertThat(this.arrivals.inversions()).isEqualTo(1);
        assertThat(this.arrivals.distinct()).isEqualTo(4);
    }

    @Test
    void aRepetitionIsADuplicateAndNoInversion() {
        arrive(1, 2, 1, 2, 3);
        assertThat(this.arrivals.duplicates()).isEqualTo(2);
        assertThat(this.arrivals.inversions()).isZero();
        assertThat(this.arrivals.distinct()).isEqualTo(3);
    }

    @Test
    void keysHaveOrdersOfTheirOwn() {
        this.arrivals.arrived(Message.key("bursts1kit", 1), 2);
        this.arrivals.arrived(Message.key("bursts1kit", 2), 1);
        assertThat(this.arrivals.inversions()).isZero();
    }

    @Test
    void messagesOfOtherMeasurementsDoNotCount() {
        this.arrivals.arrived(Message.key("bursts1kit2", 1), 1);
        this.arrivals.arrived(Message.key("bursts2kit", 1), 1);
        assertThat(this.arrivals.distinct()).isZero();
    }

    @Test
    void aMessageCarriesItsNumber() {
        byte[] payload = Kafka.bytes(Message.text(1234));
        assertThat(payload).hasSize(300);
        assertThat(Message.number(payload)).isEqualTo(1234);
    }

    private void arrive(long... numbers) {
        for (long number : numbers) {
            this.arrivals.arrived(Message.key("bursts1kit", 7), number);
        }
    }
}
