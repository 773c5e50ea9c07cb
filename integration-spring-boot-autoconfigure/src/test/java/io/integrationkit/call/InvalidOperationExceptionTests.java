package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.integrationkit.failure.InvalidSettingException;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class InvalidOperationExceptionTests {

    private static final String KEY = "integration.deduplicate.redis-timeout";

    @Test
    void theShortestAndTheLongestTimeAreTaken() {
        for (Duration time : List.of(Duration.ofNanos(1), InvalidSettingException.LONGEST)) {
            assertThatNoException().isThrownBy(() -> InvalidOperationException.requireTime(KEY, time, "1s"));
        }
    }

    @Test
    void aTimeBeyondThemIsRefusedWithKeyAndValue() {
        for (Duration time :
                List.of(Duration.ofNanos(-1), Duration.ZERO, InvalidSettingException.LONGEST.plusNanos(1))) {
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() -> InvalidOperationException.requireTime(KEY, time, "1s"))
                    .withMessage("INT-106: %s=%s is not more than zero and at most 3650d", KEY, time)
                    .satisfies((ex) -> {
                        assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                        assertThat(ex.action()).isEqualTo("Set it to a time such as 1s.");
                    });
        }
    }

    @Test
    void aNumberBelowOneIsRefusedWithKeyAndValue() {
        String key = "integration.events.concurrency";
        assertThatNoException().isThrownBy(() -> InvalidOperationException.requireCount(key, 1, "handles nothing"));
        for (int value : new int[] {0, -1}) {
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() -> InvalidOperationException.requireCount(key, value, "handles nothing"))
                    .withMessage("INT-106: %s=%d handles nothing", key, value)
                    .satisfies((ex) -> assertThat(ex.action()).isEqualTo("Set it to one or more."));
        }
    }
}
