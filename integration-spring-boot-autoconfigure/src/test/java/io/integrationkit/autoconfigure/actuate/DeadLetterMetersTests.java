package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.actuate.DeadLetterMeters;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.testsupport.ManualTime;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What meters and health tell of dead letters. */
class DeadLetterMetersTests {

    private static final Intervention BY = new Intervention("anna", "obsolete");

    private final MockClock clock = new MockClock();

    private final ManualTime time = new ManualTime();

    private final MeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, this.clock);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    IntegrationMetricsAutoConfiguration.class,
                    IntegrationHealthAutoConfiguration.class))
            .withBean(MeterRegistry.class, () -> this.registry)
            .withBean(TimeSource.class, () -> this.time);

    @Test
    void entriesAreCountedByStatusAndCategoryOnceInTenSeconds() {
        this.runner.run((context) -> {
            context.getBean(DeadLetterMeters.class).bindTo(this.registry);
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            assertThat(gauge("open")).isZero();
            assertThat(gauge("oldest.age")).isZero();
            this.clock.add(this.time.now().toEpochMilli() - this.clock.wallTime(), TimeUnit.MILLISECONDS);
            deadLetters.storeMessage(message("m-1", FailureCategory.RATE_LIMIT));
            deadLetters.storeMessage(message("m-2", FailureCategory.PERMANENT));
            deadLetters.park(deadLetters.storeMessage(message("m-3", FailureCategory.PERMANENT)), BY);
            this.clock.add(Duration.ofSeconds(90));

            assertThat(gauge("open")).isEqualTo(2);
            assertThat(gauge("entries", "status", "new", "category", "rate-limit"))
                    .isEqualTo(1);
            assertThat(gauge("entries", "status", "parked", "category", "permanent"))
                    .isEqualTo(1);
            assertThat(gauge("entries", "status", "discarded", "category", "permanent"))
                    .isZero();
            assertThat(gauge("oldest.age")).isEqualTo(90);
            assertThat(this.registry
                            .get("integration.dead.letters.stored")
                            .functionCounter()
                            .count())
                    .isEqualTo(3);

            deadLetters.discard(DeadLetterFilter.all(), 10, BY);
            this.clock.add(Duration.ofSeconds(10).minusNanos(1));
            assertThat(gauge("open")).as("of the same ten seconds").isEqualTo(2);
            this.clock.add(Duration.ofNanos(1));
            assertThat(gauge("open")).isZero();
            assertThat(gauge("oldest.age")).isZero();
            assertThat(gauge("entries", "status", "discarded", "category", "permanent"))
                    .isEqualTo(1);
        });
    }

    @Test
    void healthTellsWhatIsOpenAndParkedAndSinceWhen() {
        this.runner.run((context) -> {
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            assertThat(health(context.getBean(CompositeHealthContributor.class)))
                    .containsExactly(Map.entry("open", 0L));
            deadLetters.park(deadLetters.storeMessage(message("m-1", FailureCategory.PERMANENT)), BY);
            this.time.advance(Duration.ofMinutes(1));
            deadLetters.storeMessage(message("m-2", FailureCategory.PERMANENT));

            assertThat(health(context.getBean(CompositeHealthContributor.class)))
                    .containsExactly(
                            Map.entry("open", 1L),
                            Map.entry("parked", 1L),
                            Map.entry("oldestSince", this.time.now().toString()));
        });
    }

    private static Map<String, Object> health(CompositeHealthContributor health) {
        HealthIndicator part = (HealthIndicator) Objects.requireNonNull(health.getContributor("deadLetters"));
        Health told = Objects.requireNonNull(part.health());
        return told.getDetails();
    }

    private double gauge(String name, String... tags) {
        return this.registry
                .get("integration.dead.letters." + name)
                .tags(tags)
                .gauge()
                .value();
    }

    private static DeadLetterMessage message(String id, FailureCategory category) {
        return new DeadLetterMessage(
                "orders",
                null,
                id,
                null,
                1,
                null,
                Map.of(),
                new byte[] {1},
                Failure.of(category),
                new IllegalStateException("refused"),
                1);
    }
}
