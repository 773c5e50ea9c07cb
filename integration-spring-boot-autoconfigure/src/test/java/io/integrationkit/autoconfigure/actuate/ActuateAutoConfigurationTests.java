package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import io.integrationkit.actuate.CallMeters;
import io.integrationkit.actuate.IntegrationEndpoint;
import io.integrationkit.actuate.IntegrationEndpointWebExtension;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.outbox.OutboxAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.autoconfigure.verification.VerificationAutoConfiguration;
import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.call.CallObserver;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.Reliable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class ActuateAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MetricsAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    EventAutoConfiguration.class,
                    OutboxAutoConfiguration.class,
                    VerificationAutoConfiguration.class,
                    IntegrationEndpointAutoConfiguration.class,
                    IntegrationMetricsAutoConfiguration.class,
                    IntegrationHealthAutoConfiguration.class))
            .withBean("bank", Bank.class)
            .withPropertyValues(
                    "management.endpoints.web.exposure.include=integration",
                    "integration.reliable.policies.bank.max-attempts=2",
                    "integration.reliable.policies.bank.base-delay=1ms",
                    "integration.reliable.policies.bank.circuit-breaker.window-size=4",
                    "integration.reliable.policies.bank.circuit-breaker.minimum-calls=4");

    @Test
    void theEndpointShowsEachOperationWithTheSourceOfEachValue() {
        this.runner.run((context) -> {
            IntegrationEndpoint endpoint = context.getBean(IntegrationEndpoint.class);
            assertThat(endpoint.overview().operations()).singleElement().satisfies((operation) -> {
                assertThat(operation.name()).isEqualTo("bank.charge");
                assertThat(operation.stages()).containsExactly("observe", "deadline", "retry", "circuit-breaker");
                assertThat(operation.settings())
                        .anySatisfy((name, value) -> {
                            assertThat(name).endsWith("max-attempts");
                            assertThat(value.value()).isEqualTo("2");
                            assertThat(value.source()).startsWith("integration.reliable.policies.bank.max-attempts");
                        })
                        .anySatisfy((name, value) -> {
                            assertThat(name).endsWith("multiplier");
                            assertThat(value.source()).isEqualTo("default");
                        });
            });
            assertThat(endpoint.operation("bank.charge")).isNotNull();
            assertThat(endpoint.operation("bank.refund")).isNull();
        });
    }

    @Test
    void theEndpointShowsWhereStateIsKeptAndWhatARestartLoses() {
        this.runner.run((context) -> {
            IntegrationEndpoint.Overview overview =
                    context.getBean(IntegrationEndpoint.class).overview();
            assertThat(overview.stores())
                    .isNotEmpty()
                    .allSatisfy((store) -> assertThat(store.durable()).isFalse());
            assertThat(overview.findings())
                    .anySatisfy((finding) -> assertThat(finding.code().id()).isEqualTo("INT-110"));
        });
    }

    @Test
    void theEndpointOnlyReadsUnlessAllowedMore() {
        Endpoint endpoint = Objects.requireNonNull(IntegrationEndpoint.class.getAnnotation(Endpoint.class));
        assertThat(endpoint.defaultAccess()).isEqualTo(Access.READ_ONLY);
    }

    @Test
    void anEndpointThatIsNotExposedIsNotCreated() {
        this.runner
                .withPropertyValues("management.endpoints.web.exposure.include=health")
                .run((context) -> assertThat(context).doesNotHaveBean(IntegrationEndpoint.class));
    }

    @Test
    void statusCodesAreOnlyThereForTheWeb() {
        this.runner.run((context) -> assertThat(context).hasSingleBean(IntegrationEndpointWebExtension.class));
        this.runner
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=health",
                        "management.endpoints.jmx.exposure.include=integration",
                        "spring.jmx.enabled=true")
                .run((context) -> assertThat(context)
                        .hasSingleBean(IntegrationEndpoint.class)
                        .doesNotHaveBean(IntegrationEndpointWebExtension.class));
    }

    @Test
    void theApplicationsOwnEndpointWins() {
        this.runner
                .withBean(
                        "own", IntegrationEndpointWebExtension.class, () -> mock(IntegrationEndpointWebExtension.class))
                .run((context) -> assertThat(context)
                        .hasSingleBean(IntegrationEndpoint.class)
                        .getBean(IntegrationEndpointWebExtension.class)
                        .isSameAs(context.getBean("own")));
    }

    @Test
    void callsAttemptsAndBreakersAreMetered() {
        this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run((context) -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            openTheBreaker(context.getBean(Bank.class));
            assertThat(registry.get("integration.calls")
                            .tags("operation", "bank.charge", "outcome", "failed")
                            .functionTimer()
                            .count())
                    .isEqualTo(2);
            assertThat(registry.get("integration.calls")
                            .tags("operation", "bank.charge", "outcome", "rejected")
                            .functionTimer()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("integration.call.attempts")
                            .functionCounter()
                            .count())
                    .isGreaterThanOrEqualTo(4);
            assertThat(registry.get("integration.circuit.breaker.open")
                            .tag("policy", "bank")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            for (String counter : List.of("opened", "refused")) {
                assertThat(registry.get("integration.circuit.breaker." + counter)
                                .functionCounter()
                                .count())
                        .as(counter)
                        .isEqualTo(1);
            }
            for (String rate : List.of("failure.rate", "slow.call.rate")) {
                assertThat(registry.get("integration.circuit.breaker." + rate)
                                .gauge()
                                .value())
                        .as("the window of an open breaker is empty: " + rate)
                        .isZero();
            }
            assertThat(registry.get("integration.outbox.backlog").gauge().value())
                    .isZero();
            assertThat(registry.get("integration.dead.letters.open").gauge().value())
                    .isZero();
        });
    }

    @Test
    void withoutMicrometerThereAreNoMetersAndTheCallsWork() {
        this.runner
                .withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CallMeters.class));
    }

    @Test
    void observersOfTheApplicationStandBesideTheMeters() {
        List<String> told = new ArrayList<>();
        this.runner
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(
                        "first",
                        CallObserver.class,
                        () -> (operation) -> (call, nanos) -> {
                            throw new IllegalStateException("first");
                        })
                .withBean(
                        "second",
                        CallObserver.class,
                        () -> (operation) -> (call, nanos) -> told.add(operation.name() + " " + call.outcome()))
                .run((context) -> {
                    assertThat(context).hasSingleBean(CallMeters.class);
                    openTheBreaker(context.getBean(Bank.class));
                    assertThat(told)
                            .containsExactly("bank.charge FAILED", "bank.charge FAILED", "bank.charge REJECTED");
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("integration.calls")
                                    .tag("outcome", "failed")
                                    .functionTimer()
                                    .count())
                            .isEqualTo(2);
                });
    }

    @Test
    void theApplicationsOwnCallMetersWin() {
        CallMeters own = new CallMeters(new SimpleMeterRegistry(), List.of());
        this.runner
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean("own", CallMeters.class, () -> own)
                .run((context) -> assertThat(context).getBean(CallMeters.class).isSameAs(own));
    }

    @Test
    void anOpenBreakerIsToldAndTakesNothingDown() {
        this.runner.run((context) -> {
            openTheBreaker(context.getBean(Bank.class));
            assertThat(context.getBean(IntegrationEndpoint.class).overview().breakers())
                    .extracting(CircuitBreakerStatus::state)
                    .containsExactly(CircuitState.OPEN);
            Health health = part(context.getBean(CompositeHealthContributor.class), "circuitBreakers");
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).containsEntry("bank", CircuitState.OPEN);
        });
    }

    @Test
    void healthTellsBacklogAndOpenDeadLetters() {
        this.runner.run((context) -> {
            CompositeHealthContributor health = context.getBean(CompositeHealthContributor.class);
            assertThat(part(health, "outbox").getDetails()).containsEntry("messages", 0L);
            assertThat(part(health, "deadLetters").getDetails()).containsEntry("open", 0L);
        });
    }

    @Test
    void healthCanBeSwitchedOff() {
        this.runner
                .withPropertyValues("management.health.integration.enabled=false")
                .run((context) -> assertThat(context).doesNotHaveBean("integrationHealthContributor"));
    }

    @Test
    void anApplicationWithoutOurOutboxStarts() {
        this.runner
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withPropertyValues("integration.outbox.enabled=false")
                .run((context) -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(CompositeHealthContributor.class).getContributor("outbox"))
                            .isNull();
                });
    }

    private static void openTheBreaker(Bank bank) {
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(IntegrationException.class).isThrownBy(bank::charge);
        }
        assertThatExceptionOfType(RejectedException.class).isThrownBy(bank::charge);
    }

    private static Health part(CompositeHealthContributor health, String name) {
        HealthContributor part = health.getContributor(name);
        assertThat(part).isInstanceOf(HealthIndicator.class);
        return Objects.requireNonNull(((HealthIndicator) Objects.requireNonNull(part)).health());
    }

    public static class Bank {

        @Reliable("bank")
        public void charge() {
            throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
        }
    }
}
