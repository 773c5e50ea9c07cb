package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImmutableTypesTests {

    @ParameterizedTest
    @ValueSource(classes = {int.class, Long.class, String.class, UUID.class, Instant.class, Color.class, Nested.class})
    void trustsValues(Class<?> type) {
        assertThat(ImmutableTypes.contains(type)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(classes = {List.class, int[].class, Object.class, StringBuilder.class, Holder.class})
    void trustsNothingElse(Class<?> type) {
        assertThat(ImmutableTypes.contains(type)).isFalse();
    }

    enum Color {
        RED
    }

    record Nested(String name, Nested parent, Color color) {}

    record Holder(String name, List<String> lines) {}
}
