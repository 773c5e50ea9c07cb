package io.integrationkit.autoconfigure.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.context.Correlation;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.EventProcessor;
import io.integrationkit.event.EventType;
import io.integrationkit.event.PayloadSteps;
import io.integrationkit.event.ReceivedEvent;
import io.integrationkit.event.Upcaster;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.messaging.handler.annotation.Header;

class EventProcessorTests {

    private final List<String> done = new ArrayList<>();

    private final Map<String, RuntimeException> failures = new LinkedHashMap<>();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class,
                    EventAutoConfiguration.class))
            .withBean(
                    Upcaster.class,
                    () -> Upcaster.of("order.placed", 1, PayloadSteps.none().rename("/customer", "buyer")))
            .withBean(Handlers.class, () -> new Handlers(this::handle));

    private void handle(String work) {
        RuntimeException failure = this.failures.get(work);
        if (failure != null) {
            throw failure;
        }
        this.done.add(work);
    }

    @Test
    void eachHandlerGetsTheEventInTheVersionOfItsClass() {
        with((processor) -> {
            processor.process(event("1", "order.placed", 1, "{\"id\":\"a\",\"customer\":\"eve\"}"), "orders");
            assertThat(this.done).containsExactlyInAnyOrder("billing a eve", "mail a eve");
        });
    }

    @Test
    void aHandlerThatFailsKeepsNoOtherFromTheEventAndRepeatsNone() {
        RuntimeException down = new IntegrationException("down", FailureCategory.TEMPORARY, true);
        this.failures.put("billing a eve", down);
        with((processor) -> {
            ReceivedEvent event = event("1", "order.placed", 1, "{\"id\":\"a\",\"customer\":\"eve\"}");
            for (int i = 0; i < 3; i++) {
                assertThat(catchThrowable(() -> processor.process(event, "orders")))
                        .isSameAs(down);
            }
            assertThat(this.done).containsExactly("mail a eve");
            this.failures.clear();
            processor.process(event, "orders");
            processor.process(event, "orders");
            assertThat(this.done).containsExactly("mail a eve", "billing a eve");
        });
    }

    @Test
    void aFailureThatMayPassGoesBeforeOneThatWillNot() {
        RuntimeException refused = new IntegrationException("refused", FailureCategory.PERMANENT, false);
        RuntimeException down = new IntegrationException("down", FailureCategory.TEMPORARY, true);
        for (List<RuntimeException> order : List.of(List.of(refused, down), List.of(down, refused))) {
            this.failures.put("billing a eve", order.get(0));
            this.failures.put("mail a eve", order.get(1));
            with((processor) -> assertThat(catchThrowable(() -> processor.process(
                            event("1", "order.placed", 1, "{\"id\":\"a\",\"customer\":\"eve\"}"), "orders")))
                    .isSameAs(down));
        }
        assertThat(down).hasSuppressedException(refused);
    }

    @Test
    void whatHasNoHandlerIsPassedOverAndCountedUnlessAnotherPolicyIsSet() {
        ApplicationContextRunner strict = this.runner.withPropertyValues(
                "integration.events.unknown-types-of.audit=park",
                "integration.events.unknown-types-of.[order.lost]=fail");
        strict.run((context) -> {
            EventProcessor processor = context.getBean(EventProcessor.class);
            processor.process(event("1", "order.gone", 1, "{}"), "orders");
            processor.process(event("2", "order.gone", 1, "{}"), null);
            assertThat(processor.skipped()).isEqualTo(2);
            assertThat(problem(processor, event("3", "order.gone", 1, "{}"), "audit"))
                    .satisfies((ex) -> {
                        assertThat(ex.code()).isEqualTo(ProblemCode.EVENT_HANDLER_MISSING);
                        assertThat(ex.category()).isEqualTo(FailureCategory.PERMANENT);
                        assertThat(ex).hasMessageContaining("order.gone").hasMessageContaining("audit");
                    });
            assertThat(problem(processor, event("4", "order.lost", 1, "{}"), "audit")
                            .category())
                    .isEqualTo(FailureCategory.TEMPORARY);
            assertThat(processor.skipped()).isEqualTo(2);
        });
    }

    @Test
    void aPayloadThatDoesNotFitIsTheFaultOfTheEventAndIsNotQuoted() {
        with((processor) -> assertThat(
                        problem(processor, event("1", "order.placed", 1, "{\"id\":[\"secret\"]}"), "orders"))
                .satisfies((ex) -> {
                    assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION);
                    assertThat(ex.getMessage()).doesNotContain("secret").contains("order.placed");
                }));
    }

    @Test
    void theCorrelationIdOfTheEventIsBoundUnlessTheCallerHasOne() {
        with((processor) -> {
            ReceivedEvent event = event("1", "order.traced", 1, "{\"id\":\"a\"}");
            processor.process(event, null);
            try (var scope = Correlation.open("callers")) {
                processor.process(event, null);
            }
            assertThat(this.done).containsExactly("traced of-1", "traced callers");
            assertThat(Correlation.current()).isNull();
        });
    }

    @Test
    void theApplicationsOwnProcessorWinsAndKafkaIsNotNeeded() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, EventAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.apache.kafka"))
                .run((context) -> assertThat(context)
                        .hasSingleBean(EventProcessor.class)
                        .doesNotHaveBean("integrationKafkaEventProcessor"));
        this.runner.run((context) -> {
            EventProcessor first = context.getBean(EventProcessor.class);
            this.runner
                    .withBean("own", EventProcessor.class, () -> first)
                    .run((other) ->
                            assertThat(other.getBean(EventProcessor.class)).isSameAs(first));
        });
    }

    private void with(ThrowingConsumer check) {
        this.runner.run((context) -> check.accept(context.getBean(EventProcessor.class)));
    }

    private static ProblemException problem(EventProcessor processor, ReceivedEvent event, String destination) {
        return Objects.requireNonNull(
                catchThrowableOfType(ProblemException.class, () -> processor.process(event, destination)));
    }

    private static ReceivedEvent event(String id, String type, int version, String json) {
        return new ReceivedEvent(
                id,
                "shop",
                type,
                version,
                null,
                "application/json",
                json.getBytes(StandardCharsets.UTF_8),
                Map.of("ce_id", id, "ce_source", "shop", Correlation.HEADER, "of-" + id));
    }

    @FunctionalInterface
    private interface ThrowingConsumer {

        void accept(EventProcessor processor) throws Exception;
    }

    @EventType(value = "order.placed", version = 2)
    record OrderPlaced(String id, String buyer) {}

    @EventType(value = "order.placed", version = 1)
    record OldOrderPlaced(String id, String customer) {}

    @EventType("order.traced")
    record OrderTraced(String id) {}

    static class Handlers {

        private final Consumer<String> work;

        Handlers(Consumer<String> work) {
            this.work = work;
        }

        @EventHandler
        @Deduplicate
        public void bill(OrderPlaced order, @Header("ce_id") String id, @Header("ce_source") String source) {
            this.work.accept("billing " + order.id() + " " + order.buyer());
        }

        @EventHandler
        @Deduplicate
        public void mail(OldOrderPlaced order, @Header("ce_id") String id, @Header("ce_source") String source) {
            this.work.accept("mail " + order.id() + " " + order.customer());
        }

        @EventHandler
        public void trace(OrderTraced order) {
            this.work.accept("traced " + Correlation.current());
        }
    }
}
