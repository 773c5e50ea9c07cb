package io.integrationkit.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class CloudEventHeadersTests {

    @Test
    void areThoseOfTheBinaryMode() {
        assertThat(CloudEventHeaders.of(
                        "id-1",
                        "shop",
                        "order.placed",
                        2,
                        Instant.parse("2026-11-21T10:15:30.123456Z"),
                        "application/json"))
                .containsExactlyInAnyOrderEntriesOf(java.util.Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", "id-1",
                        "ce_source", "shop",
                        "ce_type", "order.placed",
                        "ce_time", "2026-11-21T10:15:30.123Z",
                        "ce_dataversion", "2",
                        "content-type", "application/json"));
    }

    @Test
    void extensionsOfOthersAreNotReserved() {
        assertThat(CloudEventHeaders.reserved("ce_id")).isTrue();
        assertThat(CloudEventHeaders.reserved("content-type")).isTrue();
        assertThat(CloudEventHeaders.reserved("ce_subject")).isFalse();
    }
}
