package io.integrationkit.autoconfigure.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.Correlation;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.event.EventConfigurationException;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.EventProcessor;
import io.integrationkit.event.EventType;
import io.integrationkit.event.EventsNotHandledException;
import io.integrationkit.event.ReceivedEvent;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.messaging.handler.annotation.Header;

class EventBatchTests {

    private final Work work = new Work();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class,
                    EventAutoConfiguration.class))
            .withBean(Work.class, () -> this.work)
            .withBean(Handlers.class);

    @Test
    void eightKeysAreHandledAtTheSameTimeEachInItsOrder() {
        this.runner.run((context) -> {
            this.work.meeting = new CyclicBarrier(8);
            List<ReceivedEvent> events = IntStream.range(0, 40)
                    .mapToObj((i) -> event("step.done", "k" + (i % 8), i))
                    .toList();
            process(context.getBean(EventProcessor.class), events);
            for (int key = 0; key < 8; key++) {
                int of = key;
                assertThat(this.work.of("k" + key))
                        .isEqualTo(IntStream.range(0, 5)
                                .mapToObj((i) -> "single k%d %d".formatted(of, of + 8 * i))
                                .toList());
            }
        });
    }

    @Test
    void anEventThatFailsStopsItsKeyOnlyAndNoEventIsHandledTwice() {
        this.runner.run((context) -> {
            EventProcessor processor = context.getBean(EventProcessor.class);
            List<ReceivedEvent> events = IntStream.range(0, 9)
                    .mapToObj((i) -> event("step.done", "k" + (i % 3), i))
                    .toList();
            RuntimeException refused = new IntegrationException("no", FailureCategory.PERMANENT, false);
            RuntimeException down = new IntegrationException("down", FailureCategory.TEMPORARY, true);
            this.work.failures.putAll(Map.of(4, refused, 5, down));
            EventsNotHandledException failed = failure(processor, events);
            assertThat(failed.notHandled()).containsExactly(events.get(4), events.get(5), events.get(7), events.get(8));
            assertThat(events).filteredOn(failed::handled).hasSize(5);
            assertThat(failed.failureOf(events.get(4))).isSameAs(refused);
            assertThat(failed.failureOf(events.get(5))).isSameAs(down);
            assertThat(failed.failureOf(events.get(7))).isNull();
            assertThat(failed.getCause()).isSameAs(down);
            assertThat(failed.category()).isEqualTo(FailureCategory.TEMPORARY);
            assertThat(failed).hasMessageContaining("4 of 9");
            this.work.failures.clear();
            process(processor, events);
            assertThat(this.work.done)
                    .hasSize(9)
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 9)
                            .mapToObj((i) -> "single k%d %d".formatted(i % 3, i))
                            .toList());
            assertThat(this.work.of("k1")).containsExactly("single k1 1", "single k1 4", "single k1 7");
        });
    }

    @Test
    void aHandlerOfListsGetsAllEventsOfItsTypeAtOnceAndNoneTwice() {
        this.runner.run((context) -> {
            EventProcessor processor = context.getBean(EventProcessor.class);
            processor.process(event("batch.done", "k", 1), null);
            process(
                    processor,
                    List.of(
                            event("batch.done", "k", 1),
                            event("batch.done", "k", 2),
                            event("step.done", "k", 3),
                            event("batch.done", "l", 4),
                            event("batch.done", "k", 2)));
            assertThat(this.work.done).containsExactlyInAnyOrder("together [k 1]", "together [k 2, l 4]", "single k 3");
        });
    }

    @Test
    void nobodyKnowsWhichEventOfAListFailedUntilItIsAlone() {
        this.runner.run((context) -> {
            EventProcessor processor = context.getBean(EventProcessor.class);
            ReceivedEvent good = event("batch.done", "k", 1);
            ReceivedEvent bad = event("batch.done", "k", 2);
            ReceivedEvent unreadable = new ReceivedEvent(
                    "9", "shop", "batch.done", 1, null, null, "{".getBytes(StandardCharsets.UTF_8), Map.of());
            RuntimeException refused = new IntegrationException("no", FailureCategory.PERMANENT, false);
            this.work.failures.put(2, refused);
            EventsNotHandledException failed = failure(processor, List.of(good, bad, unreadable));
            assertThat(failed.notHandled()).containsExactly(good, bad, unreadable);
            assertThat(failed.failureOf(good)).isNull();
            assertThat(failed.failureOf(bad)).isNull();
            assertThat(failed.failureOf(unreadable)).isInstanceOf(IntegrationException.class);
            process(processor, List.of(good));
            assertThat(failure(processor, List.of(bad)).failureOf(bad)).isSameAs(refused);
            assertThat(this.work.done).containsExactly("together [k 1]");
        });
    }

    @Test
    void anEventIsNotGivenUpBeforeEachOfItsHandlersHadItAlone() {
        this.runner.run((context) -> {
            EventProcessor processor = context.getBean(EventProcessor.class);
            ReceivedEvent refused = event("both.done", "k", 1);
            ReceivedEvent bad = event("both.done", "l", 2);
            RuntimeException no = new IntegrationException("no", FailureCategory.PERMANENT, false);
            RuntimeException down = new IntegrationException("down", FailureCategory.TEMPORARY, true);
            this.work.failures.putAll(Map.of(1, no, 102, down));
            EventsNotHandledException failed = failure(processor, List.of(refused, bad));
            assertThat(failed.failureOf(refused))
                    .as("the list failed for another event")
                    .isNull();
            assertThat(failed.failureOf(bad)).isNull();
            assertThat(failure(processor, List.of(refused)).failureOf(refused)).isSameAs(no);
            assertThat(this.work.done).containsExactly("one l 2", "both [1]");
            this.work.failures.put(103, no);
            this.work.failures.put(3, down);
            ReceivedEvent twice = event("both.done", "m", 3);
            assertThat(failure(processor, List.of(twice)).failureOf(twice)).isSameAs(down);
        });
    }

    @Test
    void eachEventHasItsOwnCorrelationId() {
        this.runner.run((context) -> {
            List<ReceivedEvent> events = List.of(event("traced", "a", 1), event("traced", "b", 2));
            process(context.getBean(EventProcessor.class), events);
            assertThat(this.work.done).containsExactlyInAnyOrder("traced a of-1", "traced b of-2");
        });
    }

    @Test
    void settingsAndMethodsThatCannotWorkEndStartUp() {
        for (String setting : Set.of("concurrency=0", "batch-time=0s", "batch-time=200000d")) {
            this.runner
                    .withPropertyValues("integration.events." + setting)
                    .run((context) -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(InvalidOperationException.class)
                            .hasMessageContaining(setting.substring(0, setting.indexOf('='))));
        }
        this.runner
                .withBean(HeadersBesideBatch.class)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(EventConfigurationException.class)
                        .hasMessageContaining("headers beside several events"));
    }

    private static void process(EventProcessor processor, List<ReceivedEvent> events) {
        processor.process(events, (event) -> event.headers().get("key"), "steps");
    }

    private static EventsNotHandledException failure(EventProcessor processor, List<ReceivedEvent> events) {
        return Objects.requireNonNull(
                catchThrowableOfType(EventsNotHandledException.class, () -> process(processor, events)));
    }

    private static ReceivedEvent event(String type, String key, int number) {
        String id = Integer.toString(number);
        return new ReceivedEvent(
                id,
                "shop",
                type,
                1,
                null,
                "application/json",
                "{\"key\":\"%s\",\"number\":%d}".formatted(key, number).getBytes(StandardCharsets.UTF_8),
                Map.of("ce_id", id, "ce_source", "shop", "key", key, Correlation.HEADER, "of-" + id));
    }

    @EventType("step.done")
    record StepDone(String key, int number) {}

    @EventType("batch.done")
    record BatchDone(String key, int number) {}

    @EventType("both.done")
    record BothDone(String key, int number) {}

    @EventType("traced")
    record Traced(String key) {}

    static class Work {

        private final List<String> done = Collections.synchronizedList(new ArrayList<>());

        private final Map<Integer, RuntimeException> failures = new ConcurrentHashMap<>();

        private volatile @Nullable CyclicBarrier meeting;

        void require(int number) {
            RuntimeException failure = this.failures.get(number);
            if (failure != null) {
                throw failure;
            }
        }

        void handle(String what, int number) {
            require(number);
            this.done.add(what);
            CyclicBarrier barrier = this.meeting;
            if (barrier != null) {
                try {
                    barrier.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException | BrokenBarrierException | TimeoutException ex) {
                    throw new IllegalStateException("Others are not there", ex);
                }
            }
        }

        List<String> of(String key) {
            return this.done.stream()
                    .filter((what) -> what.contains(" " + key + " "))
                    .toList();
        }
    }

    static class Handlers {

        private final Work work;

        Handlers(Work work) {
            this.work = work;
        }

        @EventHandler
        @Deduplicate
        public void single(StepDone step) {
            this.work.handle("single %s %d".formatted(step.key(), step.number()), step.number());
        }

        @EventHandler
        @Deduplicate
        public void together(List<BatchDone> steps) {
            this.work.handle(
                    "together "
                            + steps.stream()
                                    .map((step) -> step.key() + " " + step.number())
                                    .toList(),
                    steps.stream()
                            .map(BatchDone::number)
                            .filter(this.work.failures::containsKey)
                            .collect(Collectors.reducing(0, (a, b) -> b)));
        }

        @EventHandler
        @Deduplicate
        public void one(BothDone step) {
            this.work.handle("one %s %d".formatted(step.key(), step.number()), step.number());
        }

        @EventHandler
        @Deduplicate
        public void both(List<BothDone> steps) {
            List<Integer> numbers = steps.stream().map(BothDone::number).toList();
            for (int number : numbers) {
                this.work.require(100 + number);
            }
            this.work.handle("both " + numbers, 0);
        }

        @EventHandler
        public void traced(Traced event) {
            this.work.handle("traced %s %s".formatted(event.key(), Correlation.current()), 0);
        }
    }

    static class HeadersBesideBatch {

        @EventHandler
        public void together(List<BatchDone> steps, @Header("ce_id") String id) {}
    }
}
