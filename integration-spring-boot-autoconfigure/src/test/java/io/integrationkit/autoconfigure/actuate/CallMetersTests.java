package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.breaker.Forced;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.Reliable;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.core.instrument.step.StepMeterRegistry;
import io.micrometer.core.instrument.step.StepRegistryConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the meters of calls say in registries and behind filters of all kinds. */
class CallMetersTests {

    private static final String HISTOGRAM =
            "management.metrics.distribution.percentiles-histogram.integration.calls=true";

    private static final Duration STEP = Duration.ofMinutes(1);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    IntegrationMetricsAutoConfiguration.class))
            .withPropertyValues(
                    "integration.reliable.defaults.max-attempts=2", "integration.reliable.defaults.base-delay=1ms")
            .withBean("bank", Bank.class)
            .withBean("shop", Shop.class);

    private final ApplicationContextRunner simple = this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new);

    @Test
    void attemptsAreCountedInARegistryWhoseTimersForget() {
        MockClock clock = new MockClock();
        List<Double> steps = new ArrayList<>();
        this.runner
                .withPropertyValues(HISTOGRAM)
                .withBean(MeterRegistry.class, () -> new Steps(clock))
                .run((context) -> {
                    Bank bank = context.getBean(Bank.class);
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    for (int calls = 3; calls >= 0; calls--) {
                        for (int i = 0; i < calls; i++) {
                            bank.charge(false);
                        }
                        attempts(registry);
                        clock.add(STEP);
                        steps.add(attempts(registry));
                    }
                });
        assertThat(steps).containsExactly(3.0, 2.0, 1.0, 0.0);
    }

    @Test
    void attemptsAreCountedWhereTheTimerIsDenied() {
        this.simple
                .withPropertyValues(HISTOGRAM, "management.metrics.enable.integration.calls=false")
                .run((context) -> {
                    use(context.getBean(Bank.class));
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    assertThat(registry.find("integration.calls").meters()).isEmpty();
                    assertThat(attempts(registry)).isEqualTo(4);
                });
    }

    @Test
    void attemptsAreCountedWithAHistogramAndWithout() {
        this.simple.run((context) -> {
            use(context.getBean(Bank.class));
            assertThat(attempts(context.getBean(MeterRegistry.class))).isEqualTo(4);
        });
        this.simple.withPropertyValues(HISTOGRAM).run((context) -> {
            use(context.getBean(Bank.class));
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(attempts(registry)).isEqualTo(4);
            assertThat(registry.get("integration.calls").timers())
                    .extracting(Timer::count)
                    .contains(2L, 1L);
        });
    }

    @Test
    void outcomesThatAFilterThrowsTogetherAreAddedUp() {
        this.simple
                .withBean(MeterFilter.class, () -> MeterFilter.ignoreTags("outcome"))
                .run((context) -> {
                    use(context.getBean(Bank.class));
                    assertThat(calls(context.getBean(MeterRegistry.class))).isEqualTo(3);
                    assertThat(attempts(context.getBean(MeterRegistry.class))).isEqualTo(4);
                });
        this.simple
                .withPropertyValues(HISTOGRAM)
                .withBean(MeterFilter.class, () -> MeterFilter.ignoreTags("outcome"))
                .run((context) -> {
                    use(context.getBean(Bank.class));
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("integration.calls")
                                    .tag("operation", "bank.charge")
                                    .timer()
                                    .count())
                            .isEqualTo(3);
                    assertThat(attempts(context.getBean(MeterRegistry.class))).isEqualTo(4);
                });
    }

    @Test
    void outcomesThatAFilterOfTheRegistryThrowsTogetherAreAddedUp() {
        SimpleMeterRegistry own = new SimpleMeterRegistry();
        own.config().meterFilter(MeterFilter.ignoreTags("outcome"));
        this.runner.withBean(MeterRegistry.class, () -> own).run((context) -> {
            use(context.getBean(Bank.class));
            assertThat(calls(own)).isEqualTo(3);
            assertThat(attempts(own)).isEqualTo(4);
        });
    }

    @Test
    void outcomesThatAFilterThrowsTogetherAreAddedUpInEachOfSeveralRegistries() {
        SimpleMeterRegistry one = new SimpleMeterRegistry();
        SimpleMeterRegistry two = new SimpleMeterRegistry();
        this.runner
                .withBean("one", MeterRegistry.class, () -> one)
                .withBean("two", MeterRegistry.class, () -> two)
                .withBean(MeterFilter.class, () -> MeterFilter.ignoreTags("outcome"))
                .run((context) -> {
                    use(context.getBean(Bank.class));
                    for (MeterRegistry registry : List.of(one, two)) {
                        assertThat(calls(registry)).isEqualTo(3);
                        assertThat(attempts(registry)).isEqualTo(4);
                    }
                });
    }

    @Test
    void operationsThatAFilterThrowsTogetherAreAddedUp() {
        this.simple
                .withBean(MeterFilter.class, () -> MeterFilter.ignoreTags("operation"))
                .run((context) -> {
                    use(context.getBean(Bank.class));
                    Shop shop = context.getBean(Shop.class);
                    shop.order();
                    CircuitBreakers breakers = context.getBean(CircuitBreakers.class);
                    breakers.all().forEach((breaker) -> breakers.force(breaker.name(), Forced.OPEN, "test", null));
                    assertThatExceptionOfType(RejectedException.class).isThrownBy(shop::order);
                    assertThatExceptionOfType(RejectedException.class)
                            .isThrownBy(() -> context.getBean(Bank.class).charge(false));

                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    assertThat(registry.get("integration.calls")
                                    .tag("outcome", "executed")
                                    .functionTimer()
                                    .count())
                            .isEqualTo(3);
                    assertThat(registry.get("integration.call.refusals")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(2);
                    assertThat(registry.get("integration.call.attempts").meters())
                            .singleElement()
                            .extracting(Meter::getId)
                            .satisfies((id) -> assertThat(id.getTags()).isEmpty());
                    assertThat(registry.get("integration.call.attempts")
                                    .functionCounter()
                                    .count())
                            .isGreaterThanOrEqualTo(5);
                });
    }

    /** Three calls, four attempts. */
    private static void use(Bank bank) {
        bank.charge(false);
        bank.charge(false);
        assertThatExceptionOfType(IntegrationException.class).isThrownBy(() -> bank.charge(true));
    }

    private static double attempts(MeterRegistry registry) {
        return registry.get("integration.call.attempts")
                .tag("operation", "bank.charge")
                .functionCounter()
                .count();
    }

    private static double calls(MeterRegistry registry) {
        return registry.get("integration.calls")
                .tag("operation", "bank.charge")
                .functionTimer()
                .count();
    }

    public static class Bank {

        @Reliable
        public void charge(boolean failing) {
            if (failing) {
                throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
            }
        }
    }

    public static class Shop {

        @Reliable
        public void order() {}
    }

    private interface MinuteSteps extends StepRegistryConfig {

        @Override
        default String prefix() {
            return "test";
        }

        @Override
        default Duration step() {
            return STEP;
        }
    }

    /** Forgets with each step what the step before it counted, as the registries of several vendors do. */
    private static final class Steps extends StepMeterRegistry {

        Steps(MockClock clock) {
            super((MinuteSteps) (key) -> null, clock);
        }

        @Override
        protected void publish() {}

        @Override
        protected TimeUnit getBaseTimeUnit() {
            return TimeUnit.MILLISECONDS;
        }
    }
}
