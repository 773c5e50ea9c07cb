package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.integrationkit.event.CloudEventHeaders;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderCodecTests {

    private static final Instant NOW = Instant.parse("2026-11-22T10:15:30.120Z");

    private static final String ID = new MessageIds(new Random(1)).next(NOW);

    private final HeaderCodec codec = new HeaderCodec(Outboxes.CODEC);

    @Test
    void attributesThatTheColumnsTellAreNotWritten() {
        Map<String, String> headers = event("shop");
        assertThat(written(headers)).isEqualTo("[\"shop\"]");
        headers.put("X-Correlation-Id", "c-1");
        assertThat(written(headers)).isEqualTo("[\"shop\",{\"X-Correlation-Id\":\"c-1\"}]");
    }

    /** Also what the short way of reading must leave to the parser: quotes, brackets, backslashes, texts that look like JSON. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "\"",
                "\\",
                "]",
                "\"]",
                "\",{",
                "{}",
                ",",
                "\\\"",
                "\u0001\n",
                "\u00e4\ud83d\ude00",
                "[\"a\"]"
            })
    void anyTextIsReadAsItWasWritten(String text) {
        Map<String, String> others = event("shop");
        others.put("name", text);
        others.put(text + "-name", "value");
        for (Map<String, String> headers : List.of(event(text), others, Map.of("foreign", text, text, "x"))) {
            String json = written(headers);
            assertThat(this.codec.read(json, EventAttributes.of(record(headers))))
                    .as(json)
                    .isEqualTo(headers);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                CloudEventHeaders.SPEC_VERSION,
                CloudEventHeaders.ID,
                CloudEventHeaders.SOURCE,
                CloudEventHeaders.TYPE,
                CloudEventHeaders.TIME,
                CloudEventHeaders.DATA_VERSION,
                CloudEventHeaders.CONTENT_TYPE
            })
    void attributesThatSayOtherwiseOrAreMissingAreWritten(String name) {
        Map<String, String> missing = event("shop");
        missing.remove(name);
        assertThat(written(missing)).startsWith("{");
        assertThat(this.codec.read(written(missing), EventAttributes.of(record(missing))))
                .isEqualTo(missing);
        Map<String, String> other = event("shop");
        other.put(name, "other");
        assertThat(this.codec.read(written(other), EventAttributes.of(record(other))))
                .isEqualTo(other);
    }

    @Test
    void headersOfAMessageWithoutATypeAreAllWritten() {
        Map<String, String> headers = event("shop");
        OutboxRecord foreign = new OutboxRecord(ID, "orders", "k", null, 1, null, headers, new byte[0]);
        String json = this.codec.write(foreign);
        assertThat(json).startsWith("{");
        assertThat(this.codec.read(json, EventAttributes.of(foreign))).isEqualTo(headers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[",
                "[]",
                "[1]",
                "[null]",
                "[{}]",
                "[\"shop\",{},{}]",
                "[\"shop\",{}}",
                "[\"shop\"",
                "[\"shop\",]",
                "[\"shop\",1]",
                "[\"shop\",{\"a\"}]",
                "1",
                "\"shop\""
            })
    void whatWasNotWrittenSoIsRefused(String stored) {
        EventAttributes attributes = EventAttributes.of(record(Map.of()));
        assertThatThrownBy(() -> this.codec.read(stored, attributes)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void attributesThatTheColumnsNoLongerTellAreRefused() {
        EventAttributes changed = new EventAttributes("m-1", "order.placed", 2, "text/plain");
        assertThatThrownBy(() -> this.codec.read("[\"shop\"]", changed)).isInstanceOf(IllegalArgumentException.class);
    }

    private String written(Map<String, String> headers) {
        return this.codec.write(record(headers));
    }

    private static OutboxRecord record(Map<String, String> headers) {
        return new OutboxRecord(ID, "orders", "k", "order.placed", 2, "text/plain", headers, new byte[0]);
    }

    private static Map<String, String> event(String source) {
        return new LinkedHashMap<>(CloudEventHeaders.of(ID, source, "order.placed", 2, NOW, "text/plain"));
    }
}
