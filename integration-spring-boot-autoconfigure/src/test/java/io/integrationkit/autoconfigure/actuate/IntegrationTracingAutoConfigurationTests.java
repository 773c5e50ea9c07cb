package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.actuate.AttemptObservationContext;
import io.integrationkit.actuate.AttemptObservationConvention;
import io.integrationkit.actuate.CallMeters;
import io.integrationkit.actuate.CallObservationContext;
import io.integrationkit.actuate.CallObservationConvention;
import io.integrationkit.actuate.ObservedCalls;
import io.integrationkit.actuate.ObservedMessages;
import io.integrationkit.autoconfigure.actuate.TracedBeans.Bank;
import io.integrationkit.autoconfigure.actuate.TracedBeans.Shop;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.CallObserver;
import io.integrationkit.call.CallTracing;
import io.integrationkit.call.MessageTracing;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.StagePosition;
import io.integrationkit.failure.IntegrationException;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationView;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

@Timeout(60)
class IntegrationTracingAutoConfigurationTests {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestObservationRegistry registry = TestObservationRegistry.create();

    private final RecordedObservations recorded = new RecordedObservations();

    private final ApplicationContextRunner untraced = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    IntegrationTracingAutoConfiguration.class))
            .withPropertyValues(
                    "integration.reliable.defaults.base-delay=1ms", "integration.reliable.defaults.max-attempts=3")
            .withBean("bank", Bank.class, () -> new Bank(this.registry))
            .withBean("shop", Shop.class);

    private final ApplicationContextRunner runner = this.untraced
            .withBean(ObservationRegistry.class, () -> this.registry)
            .withBean(Tracer.class, () -> Tracer.NOOP);

    IntegrationTracingAutoConfigurationTests() {
        this.registry.observationConfig().observationHandler(this.recorded);
    }

    @Test
    void callsAreTracedWhereThereIsATracer() {
        this.runner.run((context) -> {
            assertThat(context).hasSingleBean(ObservedCalls.class);
            assertThat(stages(context)).contains(StagePosition.TRACE, StagePosition.ATTEMPT_TRACE);
        });
    }

    @Test
    void theCallPathDoesNotChangeWithoutATracer() {
        assertUntraced(this.untraced.withBean(ObservationRegistry.class, () -> this.registry));
        assertUntraced(this.untraced.withBean(Tracer.class, () -> Tracer.NOOP));
        assertUntraced(this.runner.withClassLoader(new FilteredClassLoader(Tracer.class)));
        assertUntraced(this.runner.withClassLoader(new FilteredClassLoader(ObservationRegistry.class)));
    }

    @Test
    void theApplicationsOwnTracingWins() {
        CallTracing own = new ObservedCalls(ObservationRegistry.NOOP, null, null);
        this.runner.withBean("own", CallTracing.class, () -> own).run((context) -> {
            assertThat(context).getBean(CallTracing.class).isSameAs(own);
            assertThat(context.getBean(Bank.class).charge(0)).isEqualTo("paid");
            assertThat(this.recorded.order()).isEmpty();
        });
    }

    @Test
    void theApplicationsOwnTracingOfMessagesWins() {
        this.runner.run((context) -> assertThat(context).hasSingleBean(ObservedMessages.class));
        this.runner
                .withBean("own", MessageTracing.class, () -> MessageTracing.NONE)
                .run((context) -> {
                    assertThat(context).getBean(MessageTracing.class).isSameAs(MessageTracing.NONE);
                    assertThat(context.getBean(Bank.class).charge(0)).isEqualTo("paid");
                });
    }

    @Test
    void twoTracingsEndStartUpUnlessOneIsPrimary() {
        ObservationRegistry off = ObservationRegistry.NOOP;
        ApplicationContextRunner two = this.runner
                .withBean("one", CallTracing.class, () -> new ObservedCalls(off, null, null))
                .withBean("two", CallTracing.class, () -> new ObservedCalls(off, null, null));
        two.run((context) -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(NoUniqueBeanDefinitionException.class)
                .hasMessageContaining("one,two"));
        this.runner
                .withBean("one", CallTracing.class, () -> new ObservedCalls(off, null, null))
                .withBean(
                        "two",
                        CallTracing.class,
                        () -> new ObservedCalls(this.registry, null, null),
                        (definition) -> definition.setPrimary(true))
                .run((context) -> {
                    assertThat(context.getBean(Bank.class).charge(0)).isEqualTo("paid");
                    assertThat(this.recorded.order()).containsExactly("integration.attempt", "integration.call");
                });
    }

    @Test
    void twoConventionsEndStartUp() {
        this.runner
                .withBean("one", CallObservationConvention.class, OwnCalls::new)
                .withBean("two", CallObservationConvention.class, OwnCalls::new)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(NoUniqueBeanDefinitionException.class)
                        .hasMessageContaining("one,two"));
    }

    @Test
    void aCallThatIsRepeatedIsOneSpanWithOneForEachAttempt() {
        run((bank, shop) -> {
            assertThat(bank.charge(2)).isEqualTo("paid");
            assertThat(this.recorded.order())
                    .containsExactly(
                            "integration.attempt", "integration.attempt", "integration.attempt", "integration.call");
            assertThat(this.recorded.attempts()).containsExactly("1", "2", "3");
            assertThat(this.recorded.outcome()).isEqualTo("executed");
            assertThat(this.recorded.call().getError()).isNull();
            assertThat(this.recorded.call().getContextualName()).isEqualTo("call bank.charge");
            assertThat(this.recorded.ended("integration.attempt"))
                    .extracting(Observation.Context::getError)
                    .satisfiesExactly(
                            (error) -> assertThat(error).isInstanceOf(IntegrationException.class),
                            (error) -> assertThat(error).isInstanceOf(IntegrationException.class),
                            (error) -> assertThat(error).isNull());
            assertAttemptsAreChildrenOfTheCall();
            assertThat(bank.seen()).containsExactlyElementsOf(this.recorded.begun("integration.attempt"));
            assertThat(this.registry.getCurrentObservation()).isNull();
        });
    }

    @Test
    void aCallThatFailsTellsItsErrorAndOutcome() {
        run((bank, shop) -> {
            assertThatExceptionOfType(IntegrationException.class)
                    .isThrownBy(() -> bank.charge(9))
                    .satisfies((failure) ->
                            assertThat(this.recorded.call().getError()).isSameAs(failure));
            assertThat(this.recorded.outcome()).isEqualTo("failed");
            assertThat(this.recorded.attempts()).hasSize(3);
        });
    }

    @Test
    void aCallThatIsRecoveredHasNoError() {
        run((bank, shop) -> {
            assertThat(bank.recovered()).isEqualTo("owed");
            assertThat(this.recorded.outcome()).isEqualTo("recovered");
            assertThat(this.recorded.call().getError()).isNull();
        });
    }

    @Test
    void aCallInsideAnAttemptIsItsChild() {
        run((bank, shop) -> {
            assertThat(shop.buy()).isEqualTo("paid");
            List<Observation.Context> calls = this.recorded.begun("integration.call");
            List<Observation.Context> attempts = this.recorded.begun("integration.attempt");
            assertThat(calls).hasSize(2);
            assertThat(attempts).hasSize(2);
            assertThat(calls.get(0).getParentObservation()).isNull();
            assertThat(parent(attempts.get(0))).isSameAs(calls.get(0));
            assertThat(parent(calls.get(1))).isSameAs(attempts.get(0));
            assertThat(parent(attempts.get(1))).isSameAs(calls.get(1));
        });
    }

    @Test
    void attemptsOfAFutureOnOtherThreadsAreChildrenOfTheCallAndEndBeforeIt() {
        run((bank, shop) -> {
            assertThat(bank.future(2)).succeedsWithin(SOON).isEqualTo("paid");
            assertThat(bank.threads()).hasSize(3).startsWith(Thread.currentThread());
            assertThat(bank.threads().get(1)).isNotSameAs(Thread.currentThread());
            assertThat(this.recorded.order())
                    .containsExactly(
                            "integration.attempt", "integration.attempt", "integration.attempt", "integration.call");
            assertThat(this.recorded.attempts()).containsExactly("1", "2", "3");
            assertAttemptsAreChildrenOfTheCall();
            assertThat(bank.seen()).containsExactlyElementsOf(this.recorded.begun("integration.attempt"));
            assertThat(this.registry.getCurrentObservation()).isNull();
        });
    }

    @Test
    void aFutureThatIsCancelledEndsItsSpansOnce() {
        run((bank, shop) -> {
            CompletableFuture<String> payment = bank.pending();
            assertThat(this.recorded.order()).isEmpty();
            assertThat(this.registry.getCurrentObservation()).isNull();
            payment.cancel(true);
            assertEndedByCancellation();
        });
    }

    @Test
    void aPublisherThatIsCancelledEndsItsSpansOnce() {
        run((bank, shop) -> {
            Mono<String> payment = bank.never();
            assertThat(this.recorded.begun("integration.call")).isEmpty();
            Disposable subscription = payment.subscribe();
            assertThat(this.recorded.begun("integration.attempt")).hasSize(1);
            assertThat(this.recorded.order()).isEmpty();
            assertThat(this.registry.getCurrentObservation()).isNull();
            subscription.dispose();
            assertEndedByCancellation();
        });
    }

    @Test
    void aPublisherFindsItsAttemptInTheReactorContext() {
        run((bank, shop) -> {
            assertThat(bank.mono(1).block(SOON)).isEqualTo("paid");
            assertThat(this.recorded.order())
                    .containsExactly("integration.attempt", "integration.attempt", "integration.call");
            assertThat(this.recorded.attempts()).containsExactly("1", "2");
            assertThat(this.recorded.outcome()).isEqualTo("executed");
            assertAttemptsAreChildrenOfTheCall();
            assertThat(bank.seen()).containsExactlyElementsOf(this.recorded.begun("integration.attempt"));
        });
    }

    @Test
    void theApplicationsOwnConventionsWin() {
        this.runner
                .withBean(CallObservationConvention.class, OwnCalls::new)
                .withBean(AttemptObservationConvention.class, OwnAttempts::new)
                .run((context) -> {
                    context.getBean(Bank.class).charge(0);
                    assertThat(this.recorded.order()).containsExactly("own.attempt", "own.call");
                    assertThat(this.recorded.ended("own.call"))
                            .singleElement()
                            .satisfies((call) -> assertThat(call.getLowCardinalityKeyValues())
                                    .containsExactlyElementsOf(KeyValues.of("bean", "bank", "end", "EXECUTED")));
                });
    }

    @Test
    void theSwitchOfSpringBootTurnsThemOff() {
        this.runner
                .withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
                .withPropertyValues("management.observations.enable.integration=false")
                .run((context) -> {
                    assertThat(context.getBean(Bank.class).charge(1)).isEqualTo("paid");
                    assertThat(context.getBean(Bank.class).future(0))
                            .succeedsWithin(SOON)
                            .isEqualTo("paid");
                    assertThat(context.getBean(Bank.class).recovered()).isEqualTo("owed");
                    assertThat(this.recorded.order()).isEmpty();
                });
    }

    @Test
    void attemptsAreTracedWithoutTheirCall() {
        this.runner
                .withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
                .withPropertyValues("management.observations.enable.integration.call=false")
                .run((context) -> {
                    Observation request = Observation.start("request", this.registry);
                    try (Observation.Scope scope = request.openScope()) {
                        assertThat(context.getBean(Bank.class).charge(0)).isEqualTo("paid");
                    }
                    request.stop();
                    assertThat(this.recorded.order()).containsExactly("integration.attempt", "request");
                    assertThat(parent(this.recorded.ended("integration.attempt").get(0)))
                            .isSameAs(request.getContext());
                });
    }

    @Test
    void aMeterHandlerTimesThemBesideOurMetersAndNotInTheirPlace() {
        MeterRegistry meters = new SimpleMeterRegistry();
        this.registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        this.runner
                .withBean(CallObserver.class, () -> new CallMeters(meters, List.of()))
                .run((context) -> {
                    context.getBean(Bank.class).charge(1);
                    Set<String> names = meters.getMeters().stream()
                            .map(Meter::getId)
                            .map(Meter.Id::getName)
                            .collect(Collectors.toSet());
                    assertThat(names)
                            .contains(
                                    "integration.calls",
                                    "integration.call.attempts",
                                    "integration.call",
                                    "integration.call.active",
                                    "integration.attempt",
                                    "integration.attempt.active");
                    assertThat(meters.get("integration.calls")
                                    .tags("operation", "bank.charge", "outcome", "executed")
                                    .functionTimer()
                                    .count())
                            .isEqualTo(1);
                    assertThat(meters.get("integration.call")
                                    .tag("outcome", "executed")
                                    .timer()
                                    .count())
                            .isEqualTo(1);
                    assertThat(meters.get("integration.attempt").timers())
                            .allSatisfy((timer) ->
                                    assertThat(timer.getId().getTag("attempt")).isNull());
                });
    }

    private void run(Work work) {
        this.runner.run((context) -> work.with(context.getBean(Bank.class), context.getBean(Shop.class)));
    }

    private static void assertUntraced(ApplicationContextRunner runner) {
        runner.run((context) -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(CallTracing.class);
            assertThat(stages(context))
                    .contains(StagePosition.OBSERVE)
                    .doesNotContain(StagePosition.TRACE, StagePosition.ATTEMPT_TRACE);
            assertThat(context.getBean(Bank.class).charge(1)).isEqualTo("paid");
        });
    }

    private static List<StagePosition> stages(AssertableApplicationContext context) {
        return context.getBean(OperationRegistry.class)
                .plans()
                .iterator()
                .next()
                .stages();
    }

    private void assertAttemptsAreChildrenOfTheCall() {
        assertThat(this.recorded.begun("integration.attempt"))
                .isNotEmpty()
                .allSatisfy((attempt) -> assertThat(parent(attempt)).isSameAs(this.recorded.call()));
    }

    private void assertEndedByCancellation() {
        assertThat(this.recorded.order()).containsExactlyInAnyOrder("integration.attempt", "integration.call");
        assertThat(this.recorded.outcome()).isEqualTo("failed");
        assertThat(this.recorded.call().getError()).isInstanceOf(CancellationException.class);
    }

    private static @Nullable Object parent(Observation.Context context) {
        ObservationView parent = context.getParentObservation();
        return (parent != null) ? parent.getContextView() : null;
    }

    @FunctionalInterface
    private interface Work {

        void with(Bank bank, Shop shop);
    }

    private static final class OwnCalls implements CallObservationConvention {

        @Override
        public String getName() {
            return "own.call";
        }

        @Override
        public KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
            return KeyValues.of("bean", context.operation().beanName(), "end", String.valueOf(context.outcome()));
        }
    }

    private static final class OwnAttempts implements AttemptObservationConvention {

        @Override
        public String getName() {
            return "own.attempt";
        }

        @Override
        public KeyValues getHighCardinalityKeyValues(AttemptObservationContext context) {
            return KeyValues.of("number", context.operation().name() + context.attempt());
        }
    }
}
