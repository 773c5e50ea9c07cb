package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.integrationkit.autoconfigure.actuate.IntegrationMetricsAutoConfiguration;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.context.Correlation;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.FailureHandler;
import io.integrationkit.reliable.PolicyChanges;
import io.integrationkit.reliable.Recovery;
import io.integrationkit.reliable.Reliability;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.reliable.ReliableCode;
import io.integrationkit.reliable.RetryStopped;
import io.integrationkit.reliable.SafeToRetry;
import io.integrationkit.testsupport.ManualTime;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;

class ReliabilityTests {

    private final ManualTime time = new ManualTime();

    private final AtomicInteger attempts = new AtomicInteger();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    IntegrationMetricsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withBean("time", ManualTime.class, () -> this.time)
            .withBean("chat", Chat.class)
            .withPropertyValues(
                    "integration.reliable.policies.chat.max-attempts=2",
                    "integration.reliable.policies.chat.base-delay=1ms",
                    "integration.reliable.policies.chat.circuit-breaker.window-size=4",
                    "integration.reliable.policies.chat.circuit-breaker.minimum-calls=4");

    @Test
    void workIsRetriedAndReturnsItsResult() {
        run((context) -> {
            String answer = reliability(context).policy("chat").call(() -> failsOnce("hello"));
            assertThat(answer).isEqualTo("hello");
            assertThat(this.attempts).hasValue(2);
            assertThat(this.time.sleeps()).hasSize(1);
        });
    }

    @Test
    void theCallerGetsTheExceptionOfTheLastAttemptWithItsOwnType() {
        run((context) -> {
            ReliableCode chat = reliability(context).policy("chat");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> chat.run(this::unreachable))
                    .withMessage("unreachable 2")
                    .satisfies((ex) -> assertThat(ex.getSuppressed()).hasAtLeastOneElementOfType(RetryStopped.class));
        });
    }

    @Test
    void anOperationInCodeHasAPlanLikeAnyOther() {
        run((context) -> {
            ReliableCode push = reliability(context).policy("chat").operation("chat.push");
            push.run(() -> assertThat(Correlation.current()).isNotNull());
            push.run(() -> {});
            OperationRegistry registry = context.getBean(OperationRegistry.class);
            Plan plan = Objects.requireNonNull(registry.find("chat.push"));
            assertThat(plan.stages().toString()).isEqualTo("[OBSERVE, DEADLINE, GIVE_UP, RETRY, CIRCUIT_BREAKER]");
            assertThat(plan.settings())
                    .contains(new Setting("policy", "chat", "Reliability.policy"))
                    .anySatisfy((setting) -> {
                        assertThat(setting.name()).isEqualTo("max-attempts");
                        assertThat(setting.value()).isEqualTo("2");
                        assertThat(setting.source()).startsWith("integration.reliable.policies.chat");
                    })
                    .anySatisfy((setting) -> assertThat(setting.name()).isEqualTo("worst-case.attempts"));
            assertThat(registry.plans())
                    .extracting((each) -> each.operation().name())
                    .containsExactlyInAnyOrder("chat.ask", "chat.push");
        });
    }

    @Test
    void thePolicyIsSharedWithAnnotatedOperations() {
        run((context) -> {
            ReliableCode chat = reliability(context).policy("chat");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> chat.run(this::unreachable)).isInstanceOf(IOException.class);
            }
            assertThatExceptionOfType(RejectedException.class)
                    .isThrownBy(context.getBean(Chat.class)::ask)
                    .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.CIRCUIT_OPEN));
            assertThatExceptionOfType(RejectedException.class).isThrownBy(() -> chat.run(() -> {}));
            assertThat(context.getBean(CircuitBreakers.class).all())
                    .extracting(CircuitBreakerStatus::name)
                    .containsExactly("chat");
        });
    }

    @Test
    void aChangeAtRunTimeIsInForceForTheNextCall() {
        run((context) -> {
            ReliableCode chat = reliability(context).policy("chat");
            chat.run(() -> {});
            context.getBean(PolicyChanges.class).change("chat", Map.of("max-attempts", "3"), "test", null);
            assertThatThrownBy(() -> chat.run(this::unreachable)).hasMessage("unreachable 3");
        });
    }

    @Test
    void aPolicyWithoutConfigurationRunsOnTheDefaults() {
        run((context) -> {
            assertThatThrownBy(() -> reliability(context).policy("other").run(this::unreachable))
                    .hasMessage("unreachable 3");
            assertThat(context.getBean(OperationRegistry.class).find("other"))
                    .isNotNull()
                    .satisfies((plan) -> assertThat(plan.findings())
                            .anySatisfy((finding) -> assertThat(finding.code()).isEqualTo(ProblemCode.DEFAULT_POLICY)));
        });
    }

    @Test
    void aFallbackAnswersInsteadOfTheFailureAndOfARefusal() {
        run((context) -> {
            ReliableCode chat = reliability(context).policy("chat");
            for (int i = 0; i < 2; i++) {
                String answer = chat.fallback((failure) -> "instead of " + failure.getMessage())
                        .call(this::unreachableText);
                assertThat(answer).startsWith("instead of unreachable");
            }
            assertThat(chat.fallback((failure) -> failure.getClass().getSimpleName())
                            .call(() -> "never"))
                    .isEqualTo("RejectedException");
            assertThat(meter(context, "chat", "recovered")).isEqualTo(3);
        });
    }

    @Test
    void whatTheFallbackThrowsTheCallerGets() {
        run((context) -> {
            ReliableCode chat = reliability(context).policy("chat");
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> chat.fallback((failure) -> {
                                throw new IllegalStateException("worse");
                            })
                            .call(this::unreachableText))
                    .satisfies((ex) -> assertThat(ex.getSuppressed()[0]).hasMessage("unreachable 2"));
        });
    }

    @Test
    void handlersOfFailuresAreAskedBeforeTheFallback() {
        this.runner
                .withBean(FailureHandler.class, () -> (call) -> Recovery.with("handled " + call.operation()))
                .run((context) -> assertThat(reliability(context)
                                .policy("chat")
                                .operation("chat.push")
                                .fallback((failure) -> "fallback")
                                .call(this::unreachableText))
                        .isEqualTo("handled chat.push"));
    }

    @Test
    void laterResultsAreRetriedWithoutHoldingTheThread() {
        run((context) -> {
            ReliableCode chat = reliability(context).policy("chat");
            CompletableFuture<String> answer = chat.callAsync(() -> (this.attempts.incrementAndGet() == 1)
                            ? CompletableFuture.<String>failedFuture(new IOException("reset"))
                            : CompletableFuture.completedFuture("hello"))
                    .toCompletableFuture();
            assertThat(answer).isNotDone();
            this.time.advance(Duration.ofSeconds(1));
            assertThat(answer.get()).isEqualTo("hello");
            assertThat(context.getBean(OperationRegistry.class).find("chat.async"))
                    .isNotNull();
            assertThat(meter(context, "chat.async", "executed")).isEqualTo(1);
        });
    }

    @Test
    void aLaterResultHasAFallbackToo() {
        run((context) -> {
            context.getBean(PolicyChanges.class).change("chat", Map.of("max-attempts", "1"), "test", null);
            assertThat(reliability(context)
                            .policy("chat")
                            .fallback((failure) -> "instead of " + failure.getMessage())
                            .callAsync(() -> CompletableFuture.failedFuture(new IOException("reset")))
                            .toCompletableFuture()
                            .get())
                    .isEqualTo("instead of reset");
            assertThat(meter(context, "chat.async", "recovered")).isEqualTo(1);
        });
    }

    @Test
    void callsAreMeteredUnderTheNameOfTheirOperation() {
        run((context) -> {
            ReliableCode push = reliability(context).policy("chat").operation("chat.push");
            push.call(() -> failsOnce("x"));
            push.run(() -> {});
            assertThat(meter(context, "chat.push", "executed")).isEqualTo(2);
            assertThat(context.getBean(MeterRegistry.class)
                            .get("integration.call.attempts")
                            .tag("operation", "chat.push")
                            .functionCounter()
                            .count())
                    .isEqualTo(3);
            assertThat(context.getBean(MeterRegistry.class)
                            .find("integration.circuit.breaker.open")
                            .gauges())
                    .hasSize(1);
        });
    }

    @Test
    void nothingIsDefinedTwiceHoweverManyThreadsBeginAtOnce() {
        run((context) -> {
            int threads = 8;
            CyclicBarrier barrier = new CyclicBarrier(threads);
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            try {
                Callable<ReliableCode> begin = () -> {
                    barrier.await();
                    ReliableCode push = reliability(context).policy("chat").operation("chat.push");
                    push.run(() -> {});
                    return push;
                };
                List<Future<ReliableCode>> done = pool.invokeAll(
                        IntStream.range(0, threads).mapToObj((i) -> begin).toList());
                for (Future<ReliableCode> each : done) {
                    assertThat(each.get()).isSameAs(done.get(0).get());
                }
            } finally {
                pool.shutdownNow();
            }
            assertThat(meter(context, "chat.push", "executed")).isEqualTo(threads);
            assertThat(context.getBean(OperationRegistry.class).plans()).hasSize(2);
        });
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        run((context) -> {
            Reliability reliability = reliability(context);
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() ->
                            reliability.policy("chat").operation("chat.ask").run(() -> {}))
                    .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DUPLICATE_OPERATION))
                    .withMessageContaining("'chat.ask' cannot be defined in code");
            reliability.policy("chat").operation("push").run(() -> {});
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(
                            () -> reliability.policy("other").operation("push").run(() -> {}));
        });
    }

    @Test
    void aPolicyThatDeadLettersIsRefused() {
        this.runner
                .withPropertyValues("integration.reliable.policies.chat.on-exhausted=dead-letter")
                .run((context) -> assertThatExceptionOfType(InvalidOperationException.class)
                        .isThrownBy(() -> reliability(context).policy("chat"))
                        .satisfies((ex) -> assertThat(ex.action())
                                .contains("Set integration.reliable.policies.chat.on-exhausted to rethrow"))
                        .withMessageContaining("Policy 'chat' dead-letters"));
    }

    @Test
    void namesThatAreNoConstantsAreRefused() {
        run((context) -> {
            Reliability reliability = reliability(context);
            for (int i = 0; i < 999; i++) {
                reliability.policy("chat").operation("push " + i);
            }
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() -> reliability.policy("chat").operation("one more"))
                    .withMessageContaining("There are 1000 policies and operations in code already");
            assertThatExceptionOfType(InvalidOperationException.class).isThrownBy(() -> reliability.policy("one more"));
            assertThat(reliability.policy("chat").operation("push 1"))
                    .isSameAs(reliability.policy("chat").operation("push 1"));
            assertThatExceptionOfType(InvalidOperationException.class).isThrownBy(() -> reliability.policy(" "));
        });
    }

    @Test
    void whatIsSaidAboutRepeatingCountsWhereUnsafeRetriesAreRefused() {
        this.runner
                .withPropertyValues("integration.reliable.unsafe-retry=refuse")
                .run((context) -> {
                    ReliableCode chat = reliability(context).policy("chat");
                    assertThatExceptionOfType(InvalidOperationException.class)
                            .isThrownBy(() -> chat.run(() -> {}))
                            .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.RETRY_WITHOUT_IDEMPOTENCY));
                    assertThat(chat.safeToRetry(SafeToRetry.YES).call(() -> failsOnce("x")))
                            .isEqualTo("x");
                });
    }

    @Test
    void theApplicationsOwnBeanWins() {
        this.runner.run((context) -> {
            Reliability one = reliability(context);
            this.runner
                    .withBean("own", Reliability.class, () -> one)
                    .run((other) -> assertThat(other.getBean(Reliability.class)).isSameAs(one));
        });
    }

    private String failsOnce(String result) throws IOException {
        if (this.attempts.incrementAndGet() == 1) {
            throw new IOException("reset");
        }
        return result;
    }

    private void unreachable() throws IOException {
        throw new IOException("unreachable " + this.attempts.incrementAndGet());
    }

    private String unreachableText() throws IOException {
        unreachable();
        return "never";
    }

    private void run(ContextConsumer<AssertableApplicationContext> test) {
        this.runner.run((context) -> {
            assertThat(context).hasNotFailed();
            test.accept(context);
        });
    }

    private static Reliability reliability(AssertableApplicationContext context) {
        return context.getBean(Reliability.class);
    }

    private static double meter(AssertableApplicationContext context, String operation, String outcome) {
        return context.getBean(MeterRegistry.class)
                .get("integration.calls")
                .tags("operation", operation, "outcome", outcome)
                .functionTimer()
                .count();
    }

    public static class Chat {

        @Reliable(policy = "chat", safeToRetry = SafeToRetry.YES)
        public void ask() {
            throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
        }
    }
}
