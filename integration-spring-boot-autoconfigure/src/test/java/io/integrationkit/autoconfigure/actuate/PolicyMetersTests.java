package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.integrationkit.actuate.PolicyMeters;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.breaker.Forced;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.limit.RateLimiters;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.PolicyChanges;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.reliable.SharedStates;
import io.integrationkit.testsupport.ManualTime;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class PolicyMetersTests {

    private final ManualTime time = new ManualTime();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MetricsAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    IntegrationMetricsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withBean(TimeSource.class, () -> this.time)
            .withBean("bank", Bank.class)
            .withPropertyValues(
                    "integration.reliable.policies.bank.base-delay=1ms",
                    "integration.reliable.policies.bank.retry-budget.percent=0",
                    "integration.reliable.policies.bank.retry-budget.min-per-second=1",
                    "integration.reliable.policies.bank.rate-limit.permits=5",
                    "integration.reliable.policies.bank.rate-limit.period=1h",
                    "integration.reliable.policies.bank.bulkhead.max-concurrent=1");

    @Test
    void theBoundsOfAPolicyAreMetered() {
        run((context, registry) -> {
            assertThat(gauge(registry, "integration.rate.limit.available")).isEqualTo(5);
            Bank bank = context.getBean(Bank.class);
            bank.charge(() -> {
                assertThat(gauge(registry, "integration.bulkhead.running")).isEqualTo(1);
                assertThat(gauge(registry, "integration.bulkhead.waiting")).isZero();
            });
            assertThat(gauge(registry, "integration.rate.limit.available")).isEqualTo(4);
            assertThat(gauge(registry, "integration.bulkhead.running")).isZero();
            assertThat(gauge(registry, "integration.circuit.breaker.slow.call.rate"))
                    .isZero();
        });
    }

    @Test
    void retriesAndTheirRefusalsAreMetered() {
        run((context, registry) -> {
            context.getBean(PolicyChanges.class)
                    .change("bank", Map.of("max-attempts", "12", "rate-limit.permits", "100"), "test", null);
            assertThat(gauge(registry, "integration.retry.budget.available")).isEqualTo(10);
            assertThatExceptionOfType(IntegrationException.class)
                    .isThrownBy(() -> context.getBean(Bank.class).charge(Bank::fail));
            assertThat(gauge(registry, "integration.retry.budget.available")).isZero();
            assertThat(counter(registry, "integration.retry.budget.refused")).isEqualTo(1);
        });
    }

    @Test
    void refusedCallsAreCountedByWhatRefusedThem() {
        run((context, registry) -> {
            Bank bank = context.getBean(Bank.class);
            CircuitBreakers breakers = context.getBean(CircuitBreakers.class);
            assertThat(registry.find("integration.call.refusals").functionCounters())
                    .isEmpty();

            bank.charge(() -> assertRefused(() -> bank.charge(() -> {})));
            breakers.force("bank", Forced.OPEN, "test", null);
            assertRefused(() -> bank.charge(() -> {}));
            assertRefused(() -> bank.charge(() -> {}));
            breakers.force("bank", Forced.CLOSED, "test", null);
            try (Scope scope = Deadline.after(Duration.ofMillis(1), this.time).open()) {
                this.time.advance(Duration.ofSeconds(1));
                assertRefused(() -> bank.charge(() -> {}));
            }
            for (int i = 0; i < 4; i++) {
                bank.charge(() -> {});
            }
            assertRefused(() -> bank.charge(() -> {}));

            assertThat(refusals(registry, "bulkhead")).isEqualTo(1);
            assertThat(refusals(registry, "circuit-breaker")).isEqualTo(2);
            assertThat(refusals(registry, "deadline")).isEqualTo(1);
            assertThat(refusals(registry, "rate-limit")).isEqualTo(1);
            assertThat(counter(registry, "integration.circuit.breaker.refused")).isEqualTo(2);
        });
    }

    @Test
    void aBoundThatIsSwitchedOnLaterIsMeteredFromThenOnAndOnce() {
        run((context, registry) -> {
            PolicyChanges changes = context.getBean(PolicyChanges.class);
            assertThat(registry.find("integration.rate.limit.available")
                            .tag("policy", "plain")
                            .gauges())
                    .isEmpty();

            changes.change("plain", Map.of("rate-limit.permits", "3"), "test", null);
            Gauge gauge = registry.get("integration.rate.limit.available")
                    .tag("policy", "plain")
                    .gauge();
            assertThat(gauge.value()).isCloseTo(3, within(0.001));
            changes.reset("plain", "test");
            assertThat(gauge.value()).isNaN();
            changes.change("plain", Map.of("rate-limit.permits", "4"), "test", null);
            assertThat(gauge.value()).isCloseTo(4, within(0.001));
            assertThat(registry.find("integration.rate.limit.available").gauges())
                    .hasSize(2);
        });
    }

    @Test
    void countersStandWhileTheirPartIsOffAndGoOnWhereTheyStood() {
        run((context, registry) -> {
            PolicyChanges changes = context.getBean(PolicyChanges.class);
            refuse(context, 2);
            assertThat(counter(registry, "integration.circuit.breaker.refused")).isEqualTo(2);
            assertThat(counter(registry, "integration.circuit.breaker.opened")).isEqualTo(1);

            changes.change("bank", Map.of("circuit-breaker.enabled", "false"), "test", null);
            assertThat(counter(registry, "integration.circuit.breaker.refused")).isEqualTo(2);
            assertThat(counter(registry, "integration.circuit.breaker.opened")).isEqualTo(1);
            assertThat(gauge(registry, "integration.circuit.breaker.open")).isNaN();
            assertThat(gauge(registry, "integration.circuit.breaker.failure.rate"))
                    .isNaN();

            changes.reset("bank", "test");
            assertThat(counter(registry, "integration.circuit.breaker.refused")).isEqualTo(2);
            assertThat(gauge(registry, "integration.circuit.breaker.open")).isZero();
            refuse(context, 1);
            assertThat(counter(registry, "integration.circuit.breaker.refused")).isEqualTo(3);
            assertThat(counter(registry, "integration.circuit.breaker.opened")).isEqualTo(2);
        });
    }

    @Test
    void aCounterThatNobodyReadWhileItsPartWasOffGoesOnWhereItStood() {
        run((context, registry) -> {
            PolicyChanges changes = context.getBean(PolicyChanges.class);
            refuse(context, 2);
            assertThat(counter(registry, "integration.circuit.breaker.refused")).isEqualTo(2);
            changes.change("bank", Map.of("circuit-breaker.enabled", "false"), "test", null);
            changes.reset("bank", "test");
            refuse(context, 2);
            assertThat(counter(registry, "integration.circuit.breaker.refused")).isEqualTo(4);
        });
    }

    @Test
    void theRefusalsOfABudgetStandWhileItIsOff() {
        run((context, registry) -> {
            PolicyChanges changes = context.getBean(PolicyChanges.class);
            changes.change("bank", Map.of("max-attempts", "12", "rate-limit.permits", "100"), "test", null);
            assertThatExceptionOfType(IntegrationException.class)
                    .isThrownBy(() -> context.getBean(Bank.class).charge(Bank::fail));
            assertThat(counter(registry, "integration.retry.budget.refused")).isEqualTo(1);
            changes.change("bank", Map.of("retry-budget.enabled", "false"), "test", null);
            assertThat(counter(registry, "integration.retry.budget.refused")).isEqualTo(1);
            assertThat(gauge(registry, "integration.retry.budget.available")).isNaN();
            changes.reset("bank", "test");
            assertThat(counter(registry, "integration.retry.budget.refused")).isEqualTo(1);
            assertThat(gauge(registry, "integration.retry.budget.available")).isEqualTo(10);
        });
    }

    @Test
    void theMetersAreLeftOutWithoutARegistryAndGiveWayToTheApplicationsOwn() {
        this.runner
                .withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                .run((context) -> assertThat(context).doesNotHaveBean(PolicyMeters.class));
        this.runner
                .withBean(
                        "own",
                        PolicyMeters.class,
                        () -> new PolicyMeters(
                                new CircuitBreakers(this.time),
                                new SharedStates(new CircuitBreakers(this.time), RateLimiters.local(), this.time)))
                .run((context) ->
                        assertThat(context).getBean(PolicyMeters.class).isSameAs(context.getBean("own")));
    }

    private void run(BiConsumer<ApplicationContext, MeterRegistry> test) {
        this.runner.run((context) -> {
            assertThat(context).hasNotFailed();
            test.accept(context, context.getBean(MeterRegistry.class));
        });
    }

    private static void refuse(ApplicationContext context, int times) {
        context.getBean(CircuitBreakers.class).force("bank", Forced.OPEN, "test", null);
        for (int i = 0; i < times; i++) {
            assertRefused(() -> context.getBean(Bank.class).charge(() -> {}));
        }
    }

    private static void assertRefused(Runnable call) {
        assertThatExceptionOfType(RejectedException.class).isThrownBy(call::run);
    }

    private static double gauge(MeterRegistry registry, String name) {
        return registry.get(name).tag("policy", "bank").gauge().value();
    }

    private static double counter(MeterRegistry registry, String name) {
        return registry.get(name).tag("policy", "bank").functionCounter().count();
    }

    private static double refusals(MeterRegistry registry, String reason) {
        FunctionCounter counter = registry.get("integration.call.refusals")
                .tags("operation", "bank.charge", "reason", reason)
                .functionCounter();
        return counter.count();
    }

    public static class Bank {

        static void fail() {
            throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
        }

        @Reliable("bank")
        public void charge(Runnable work) {
            work.run();
        }

        @Reliable("plain")
        public void plain() {}
    }
}
