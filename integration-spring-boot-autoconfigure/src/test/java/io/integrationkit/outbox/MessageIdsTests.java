package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageIdsTests {

    private final ManualTime time = new ManualTime();

    private final MessageIds ids = new MessageIds(new Random(1));

    @Test
    void areUuidsOfVersionSevenWithTheTimeInFront() {
        UUID id = UUID.fromString(this.ids.next(this.time.now()));
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(this.time.now().toEpochMilli());
    }

    @Test
    void sortByTimeAndDifferWithinAMillisecond() {
        String first = this.ids.next(this.time.now());
        String second = this.ids.next(this.time.now());
        this.time.advance(Duration.ofMillis(1));
        assertThat(second).isNotEqualTo(first).startsWith(first.substring(0, 13));
        assertThat(this.ids.next(this.time.now())).isGreaterThan(first).isGreaterThan(second);
    }

    @Test
    void tellTheirTime() {
        assertThat(MessageIds.timeOf(this.ids.next(this.time.now()))).isEqualTo(this.time.now());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "m-1",
                "019aa8a2-6f4b-4000-8000-000000000000",
                "019aa8a2-6f4b-7000-8000-00000000000",
                "019aa8ax-6f4b-7000-8000-000000000000"
            })
    void ofOthersTellNothing(String id) {
        assertThat(MessageIds.timeOf(id)).isNull();
    }
}
