package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.actuate.OutboxMeters;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.outbox.OutboxAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.outbox.MessageDestination;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import io.integrationkit.outbox.OutboxOperations;
import io.integrationkit.outbox.OutboxRecord;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What meters and health tell of an outbox that sends, is refused and is stopped. */
class OutboxMetersTests {

    private final MockClock clock = new MockClock();

    private final AheadTime time = new AheadTime();

    private final MeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, this.clock);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    EventAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    OutboxAutoConfiguration.class,
                    IntegrationMetricsAutoConfiguration.class,
                    IntegrationHealthAutoConfiguration.class))
            .withBean(MeterRegistry.class, () -> this.registry)
            .withBean(TimeSource.class, () -> this.time)
            .withBean(Destinations.class, Destinations::new);

    @Test
    void whatIsDoneForADestinationIsCountedForItAndInTheSum() {
        this.runner.run((context) -> {
            context.getBean(OutboxMeters.class).bindTo(this.registry);
            Outbox outbox = context.getBean(Outbox.class);
            assertThat(this.registry.find("integration.outbox.destination.sent").meters())
                    .isEmpty();
            publish(outbox, "good", "k1");
            publish(outbox, "good", "k2");
            publish(outbox, "refusing", "k3");
            await().untilAsserted(
                            () -> assertThat(count("integration.outbox.sent")).isEqualTo(2));
            await().untilAsserted(() ->
                    assertThat(count("integration.outbox.dead.lettered")).isEqualTo(1));
            publish(outbox, "refusing", "k3");
            await().untilAsserted(
                            () -> assertThat(count("integration.outbox.parked")).isEqualTo(1));
            assertThat(count("integration.outbox.destination.sent", "destination", "good"))
                    .isEqualTo(2);
            assertThat(count("integration.outbox.destination.sent", "destination", "refusing"))
                    .isZero();
            assertThat(count("integration.outbox.destination.dead.lettered", "destination", "refusing"))
                    .isEqualTo(1);
            assertThat(count("integration.outbox.destination.parked", "destination", "refusing"))
                    .isEqualTo(1);
            assertThat(gauge("integration.outbox.keys", "state", "parked")).isEqualTo(1);
            assertThat(gauge("integration.outbox.keys", "state", "blocked")).isZero();
            assertThat(tags()).doesNotContain("k1", "k2", "k3");
        });
    }

    @Test
    void whatWaitsIsMeasuredByDestinationAndCountedOnceASecond() {
        this.runner.run((context) -> {
            context.getBean(OutboxMeters.class).bindTo(this.registry);
            Outbox outbox = context.getBean(Outbox.class);
            publish(outbox, "good", "k");
            await().untilAsserted(
                            () -> assertThat(count("integration.outbox.sent")).isEqualTo(1));
            context.getBean(OutboxOperations.class).pause("good", "alice");
            this.clock.add(Duration.ofSeconds(1));
            assertThat(gauge("integration.outbox.backlog")).isZero();
            publish(outbox, "good", "k");
            publish(outbox, "good", "k");
            assertThat(gauge("integration.outbox.destination.backlog", "destination", "good"))
                    .as("of the same second")
                    .isZero();
            this.clock.add(Duration.ofSeconds(1));
            this.time.ahead = Duration.ofSeconds(90);
            assertThat(gauge("integration.outbox.destination.backlog", "destination", "good"))
                    .isEqualTo(2);
            assertThat(gauge("integration.outbox.backlog")).isEqualTo(2);
            assertThat(gauge("integration.outbox.oldest.age"))
                    .isEqualTo(gauge("integration.outbox.destination.oldest.age", "destination", "good"))
                    .isGreaterThanOrEqualTo(90);
        });
    }

    @Test
    void destinationsBeyondTheHundredthCountInTheSumOnly() {
        this.runner.run((context) -> {
            context.getBean(OutboxMeters.class).bindTo(this.registry);
            for (int i = 0; i < 105; i++) {
                publish(context.getBean(Outbox.class), "good" + i, "k");
            }
            await().untilAsserted(
                            () -> assertThat(count("integration.outbox.sent")).isEqualTo(105));
            assertThat(this.registry.find("integration.outbox.destination.sent").meters())
                    .hasSize(100);
        });
    }

    @Test
    void aPauseAndHeldKeysAreDetailsOfAHealthThatStaysUp() {
        this.runner
                .withPropertyValues("integration.outbox.destinations.refusing.on-refused=block-key")
                .run((context) -> {
                    assertThat(outbox(context.getBean(CompositeHealthContributor.class))
                                    .getDetails())
                            .containsOnlyKeys("messages");
                    publish(context.getBean(Outbox.class), "refusing", "a");
                    publish(context.getBean(Outbox.class), "refusing too", "b");
                    context.getBean(OutboxOperations.class).pause("good", "alice");
                    await().untilAsserted(() -> {
                        Health health = outbox(context.getBean(CompositeHealthContributor.class));
                        assertThat(health.getStatus()).isEqualTo(Status.UP);
                        assertThat(health.getDetails())
                                .containsEntry("blockedKeys", 1L)
                                .containsEntry("parkedKeys", 1L)
                                .hasEntrySatisfying(
                                        "paused", (paused) -> assertThat(paused).hasToString("[good]"));
                    });
                    context.getBean(OutboxOperations.class).pause(OutboxOperations.EVERYTHING, "alice");
                    assertThat(outbox(context.getBean(CompositeHealthContributor.class))
                                    .getStatus())
                            .isEqualTo(Status.UP);
                });
    }

    private static Health outbox(CompositeHealthContributor health) {
        return ((HealthIndicator) Objects.requireNonNull(health.getContributor("outbox"))).health();
    }

    private static void publish(Outbox outbox, String destination, String key) {
        outbox.publish(
                OutboxMessage.of("order.placed", destination, Map.of("id", 1)).withKey(key));
    }

    private double count(String name, String... tags) {
        return this.registry.get(name).tags(tags).functionCounter().count();
    }

    private double gauge(String name, String... tags) {
        return this.registry.get(name).tags(tags).gauge().value();
    }

    private List<String> tags() {
        return this.registry.getMeters().stream()
                .map(Meter::getId)
                .flatMap((id) -> id.getTags().stream())
                .map(Tag::getValue)
                .toList();
    }

    static final class Destinations implements MessageDestination {

        @Override
        public boolean accepts(String destination) {
            return destination.startsWith("good") || destination.startsWith("refusing");
        }

        @Override
        public void send(OutboxRecord message, Completion completion) {
            if (message.destination().startsWith("refusing")) {
                completion.failed(Failure.of(FailureCategory.PERMANENT), new IllegalStateException("refused"));
            } else {
                completion.acknowledged();
            }
        }
    }

    /** The machine's time, with the reading that ages are counted by as far ahead as wanted. */
    static final class AheadTime implements TimeSource {

        volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant now() {
            return TimeSource.system().now();
        }

        @Override
        public long nanoTime() {
            return TimeSource.system().nanoTime() + this.ahead.toNanos();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            TimeSource.system().sleep(duration);
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return TimeSource.system().schedule(delay, task);
        }
    }
}
