package io.integrationkit.autoconfigure.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.autoconfigure.actuate.IntegrationTracingAutoConfiguration;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.EventProcessor;
import io.integrationkit.event.EventType;
import io.integrationkit.event.ReceivedEvent;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.testsupport.Spans;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class EventTracingTests {

    private final Spans spans = new Spans();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class,
                    EventAutoConfiguration.class,
                    IntegrationTracingAutoConfiguration.class))
            .withBean(Handlers.class)
            .withBean(Tracer.class, this.spans::tracer)
            .withBean(ObservationRegistry.class, () -> this.spans.registry());

    @Test
    void theHandlingOfEachEventGoesOnWithTheTraceOfItsSender() {
        this.runner.run((context) -> {
            EventProcessor processor = context.getBean(EventProcessor.class);
            List<ReceivedEvent> events = List.of(event("plain", "1"), event("once", "2"), event("once", "2"));
            processor.process(events, ReceivedEvent::id, null);
            for (String handler : List.of("handle handlers.plain", "handle handlers.once")) {
                assertThat(this.spans.await(handler, 1)).allSatisfy((span) -> {
                    assertThat(span.getTraceId()).isEqualTo(Spans.TRACE);
                    assertThat(span.getParentSpanId()).isEqualTo(Spans.SENDER);
                });
            }
            assertThat(this.spans.await("handle handlers.plain", 1))
                    .extracting((span) -> value(span, "type") + " " + value(span, "outcome"))
                    .containsExactly("plain handled");
            assertThat(this.spans.await("handle handlers.once", 2))
                    .extracting((span) -> value(span, "type") + " " + value(span, "outcome"))
                    .containsExactly("once handled", "once duplicate");
        });
    }

    @Test
    void aHandlerThatFailsIsToldWithOrWithoutAPlan() {
        this.runner.run((context) -> {
            EventProcessor processor = context.getBean(EventProcessor.class);
            for (String type : List.of("plain", "once")) {
                assertThat(catchThrowable(() -> processor.process(event(type, "refused"), null)))
                        .isInstanceOf(IntegrationException.class);
                assertThat(this.spans.await("handle handlers." + type, 1))
                        .extracting((span) -> value(span, "outcome") + " " + value(span, "category"))
                        .containsExactly("failed permanent");
            }
        });
    }

    private static ReceivedEvent event(String type, String id) {
        return new ReceivedEvent(
                id,
                "shop",
                type,
                1,
                null,
                "application/json",
                "{\"id\":\"%s\"}".formatted(id).getBytes(StandardCharsets.UTF_8),
                Map.of("ce_id", id, "ce_source", "shop", "traceparent", Spans.TRACEPARENT));
    }

    private static @Nullable String value(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.stringKey(key));
    }

    @EventType("plain")
    record Plain(String id) {}

    @EventType("once")
    record Once(String id) {}

    static class Handlers {

        @EventHandler(name = "handlers.plain")
        public void plain(Plain event) {
            handle(event.id());
        }

        @EventHandler(name = "handlers.once")
        @Deduplicate
        public void once(Once event) {
            handle(event.id());
        }

        private static void handle(String id) {
            if (id.equals("refused")) {
                throw new IntegrationException("refused", FailureCategory.PERMANENT, false);
            }
        }
    }
}
