package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MessageIdsTests {

    private final ManualTime time = new ManualTime();

    private final MessageIds ids = new MessageIds(this.time, new Random(1));

    @Test
    void areUuidsOfVersionSevenWithTheTimeInFront() {
        UUID id = UUID.fromString(this.ids.next());
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(this.time.now().toEpochMilli());
    }

    @Test
    void sortByTimeAndDifferWithinAMillisecond() {
        String first = this.ids.next();
        String second = this.ids.next();
        this.time.advance(Duration.ofMillis(1));
        assertThat(second).isNotEqualTo(first).startsWith(first.substring(0, 13));
        assertThat(this.ids.next()).isGreaterThan(first).isGreaterThan(second);
    }
}
