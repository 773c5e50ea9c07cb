package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutboxSpecTests {

    @Test
    void sendWindowIsWhatDeliveryAndMarginLeaveOfTheLease() {
        assertThat(spec(15, 8, 2).sendWindow()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void leaseMustBeLongerThanDeliveryAndMargin() {
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> spec(10, 8, 2))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_LEASE_TIMES);
                    assertThat(ex)
                            .hasMessageContaining("integration.outbox.delivery-timeout")
                            .hasMessageContaining("PT10S");
                    assertThat(ex.action()).contains("integration.outbox.lease");
                });
    }

    @Test
    void impossibleValuesAreNamedWithTheirProperty() {
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> new OutboxSpec(
                        "shop",
                        0,
                        1,
                        2048,
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(8),
                        Duration.ZERO,
                        Duration.ofMillis(1),
                        Duration.ofMillis(1),
                        1,
                        Duration.ZERO,
                        PublishSpec.DEFAULT,
                        DestinationSpecs.all(HeadPolicy.PARK_KEY),
                        reading()))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING))
                .withMessageContaining("integration.outbox.shards=0");
    }

    @Test
    void sessionGraceIsNothingOrLongEnoughToLookTwiceAndShorterThanTheLease() {
        assertThat(spec(15, 8, 2, Duration.ZERO).sessionGrace()).isZero();
        assertThat(spec(15, 8, 2, Duration.ofMillis(200)).sessionGrace()).isEqualTo(Duration.ofMillis(200));
        for (Duration impossible : List.of(Duration.ofMillis(199), Duration.ofSeconds(15), Duration.ofMillis(-1))) {
            assertThatExceptionOfType(OutboxConfigurationException.class)
                    .isThrownBy(() -> spec(15, 8, 2, impossible))
                    .withMessageContaining("integration.outbox.session-grace=" + impossible);
        }
    }

    @Test
    void impossibleBackpressureIsNamedWithItsProperty() {
        Duration wait = Duration.ofSeconds(1);
        assertImpossible("max-age=PT0.999S", Duration.ofMillis(999), null, wait, 1);
        assertImpossible("max-messages=0", null, 0L, wait, 1);
        assertImpossible("max-wait=PT0S", null, 1L, Duration.ZERO, 1);
        assertImpossible("max-wait=PT1M0.001S", null, 1L, Duration.ofMillis(60_001), 1);
        assertImpossible("max-waiting=0", null, 1L, wait, 0);
        assertThat(new Backpressure(wait, 1L, Backpressure.Action.SLOW, Duration.ofMinutes(1), 1).limits())
                .isTrue();
    }

    private static void assertImpossible(
            String setting, @Nullable Duration maxAge, @Nullable Long maxMessages, Duration maxWait, int maxWaiting) {
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> new Backpressure(maxAge, maxMessages, Backpressure.Action.SLOW, maxWait, maxWaiting))
                .withMessageContaining("integration.outbox.backpressure." + setting);
    }

    private static OutboxSpec spec(int lease, int delivery, int margin) {
        return spec(lease, delivery, margin, Duration.ofSeconds(1));
    }

    private static OutboxSpec spec(int lease, int delivery, int margin, Duration sessionGrace) {
        return new OutboxSpec(
                "shop",
                64,
                500,
                1_000_000,
                Duration.ofSeconds(lease),
                Duration.ofSeconds(delivery),
                Duration.ofSeconds(margin),
                Duration.ofMillis(25),
                Duration.ofSeconds(1),
                100,
                sessionGrace,
                PublishSpec.DEFAULT,
                DestinationSpecs.all(HeadPolicy.PARK_KEY),
                reading());
    }

    private static OutboxSpec.Reading reading() {
        return new OutboxSpec.Reading(Duration.ofSeconds(2), false);
    }
}
