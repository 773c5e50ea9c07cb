package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.Finding;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.InvalidOperationsException;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.call.StagePosition;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.reliable.SafeToRetry;
import io.integrationkit.testsupport.ManualTime;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.NestedExceptionUtils;

class ReliableAutoConfigurationTests {

    private final ManualTime time = new ManualTime();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class, CallAutoConfiguration.class, ReliableAutoConfiguration.class))
            .withBean("time", ManualTime.class, () -> this.time);

    @Test
    void triesACallOfABeanAgain() {
        this.runner.withBean("chat", Chat.class).run((context) -> {
            Chat chat = context.getBean(Chat.class);
            chat.failNext(2);
            assertThat(chat.ask("q")).isEqualTo("answer to q");
            assertThat(chat.calls()).isEqualTo(3);
            assertThat(this.time.sleeps())
                    .hasSize(2)
                    .allSatisfy((wait) -> assertThat(wait).isBetween(Duration.ZERO, Duration.ofMillis(200)));
        });
    }

    @Test
    void takesSettingsFromPolicyThenDefaultsAndShowsWhereEachCameFrom() {
        this.runner
                .withBean("chat", Chat.class)
                .withPropertyValues(
                        "integration.reliable.defaults.base-delay=1s",
                        "integration.reliable.defaults.jitter=none",
                        "integration.reliable.policies.chat.max-attempts=5",
                        "integration.reliable.policies.chat.circuit-breaker.window-size=50")
                .run((context) -> {
                    Plan plan = plan(context.getBean(OperationRegistry.class), "chat.ask");
                    assertThat(plan.stages()).contains(StagePosition.RETRY, StagePosition.CIRCUIT_BREAKER);
                    assertThat(plan.settings())
                            .contains(
                                    new Setting("policy", "chat", "@Reliable(policy)"),
                                    new Setting("multiplier", "2.0", Setting.DEFAULT),
                                    new Setting("max-delay", "10s", Setting.DEFAULT),
                                    new Setting("on-exhausted", "rethrow", Setting.DEFAULT))
                            .doesNotContain(new Setting("max-elapsed", "", Setting.DEFAULT));
                    assertSource(plan, "max-attempts", "5", "integration.reliable.policies.chat.max-attempts");
                    assertSource(plan, "base-delay", "1s", "integration.reliable.defaults.base-delay");
                    assertSource(
                            plan,
                            "circuit-breaker.window-size",
                            "50",
                            "integration.reliable.policies.chat.circuit-breaker.window-size");
                    assertThat(plan.findings())
                            .extracting(Finding::code)
                            .containsExactly(ProblemCode.RETRY_WITHOUT_IDEMPOTENCY);
                    Chat chat = context.getBean(Chat.class);
                    chat.failNext(4);
                    chat.ask("q");
                    assertThat(this.time.sleeps())
                            .extracting(Duration::toSeconds)
                            .containsExactly(1L, 2L, 4L, 8L);
                });
    }

    @Test
    void theAnnotationStandsOverThePolicy() {
        this.runner
                .withBean("overriding", Overriding.class)
                .withPropertyValues("integration.reliable.policies.chat.max-attempts=5")
                .run((context) -> {
                    Plan plan = plan(context.getBean(OperationRegistry.class), "send-it");
                    assertSource(plan, "max-attempts", "1", "@Reliable(maxAttempts)");
                    assertSource(plan, "on-exhausted", "rethrow", "@Reliable(onExhausted)");
                    assertSource(plan, "safe-to-retry", "yes", "@Reliable(safeToRetry)");
                    assertThat(plan.findings()).isEmpty();
                });
    }

    @Test
    void findsAPolicyHoweverItsNameIsSpelt() {
        this.runner
                .withBean("composed", Composed.class)
                .withPropertyValues("integration.reliable.policies.chatapi.max-attempts=7")
                .run((context) -> {
                    Plan plan = plan(context.getBean(OperationRegistry.class), "composed.call");
                    assertSource(plan, "max-attempts", "7", "integration.reliable.policies.chatapi.max-attempts");
                });
    }

    @Test
    void namesThePolicyThatAMisspeltOneProbablyMeant() {
        this.runner
                .withBean("chat", Chat.class)
                .withPropertyValues("integration.reliable.policies.chatt.max-attempts=5")
                .run((context) -> assertThat(plan(context.getBean(OperationRegistry.class), "chat.ask")
                                .findings())
                        .filteredOn((finding) -> finding.code() == ProblemCode.DEFAULT_POLICY)
                        .singleElement()
                        .satisfies((finding) -> assertThat(finding.message())
                                .contains("'chat' is not configured")
                                .contains("did you mean 'chatt'?")));
    }

    @Test
    void anOperationWithoutPolicyHasACircuitBreakerOfItsOwnAndNoFinding() {
        this.runner.withBean("unnamed", Unnamed.class).run((context) -> {
            assertThat(plan(context.getBean(OperationRegistry.class), "unnamed.call")
                            .findings())
                    .isEmpty();
            assertThat(context.getBean(CircuitBreakers.class).all())
                    .singleElement()
                    .extracting(CircuitBreakerStatus::name, CircuitBreakerStatus::state)
                    .containsExactly("unnamed.call", CircuitState.CLOSED);
        });
    }

    @Test
    void operationsOfOnePolicyShareItsCircuitBreaker() {
        this.runner
                .withBean("chat", Chat.class)
                .withBean("other", Chat.class)
                .withPropertyValues(
                        "integration.reliable.policies.chat.max-attempts=1",
                        "integration.reliable.policies.chat.circuit-breaker.minimum-calls=2")
                .run((context) -> {
                    Chat chat = context.getBean("chat", Chat.class);
                    chat.failNext(2);
                    assertThat(catchThrowable(() -> chat.ask("1"))).isInstanceOf(UncheckedIOException.class);
                    assertThat(catchThrowable(() -> chat.ask("2"))).isInstanceOf(UncheckedIOException.class);
                    Chat other = context.getBean("other", Chat.class);
                    assertThatExceptionOfType(RejectedException.class)
                            .isThrownBy(() -> other.ask("3"))
                            .satisfies((refusal) ->
                                    assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(10)));
                    assertThat(other.calls()).isZero();
                    CircuitBreakerStatus status =
                            context.getBean(CircuitBreakers.class).find("chat");
                    assertThat(status.state()).isEqualTo(CircuitState.OPEN);
                    assertThat(status.opened()).isEqualTo(1);
                    this.time.advance(Duration.ofSeconds(10));
                    assertThat(other.ask("4")).isEqualTo("answer to 4");
                });
    }

    @Test
    void aCircuitBreakerThatOpensBetweenAttemptsEndsThem() {
        this.runner
                .withBean("chat", Chat.class)
                .withPropertyValues("integration.reliable.policies.chat.circuit-breaker.minimum-calls=2")
                .run((context) -> {
                    Chat chat = context.getBean(Chat.class);
                    chat.failNext(9);
                    Throwable refusal = catchThrowable(() -> chat.ask("q"));
                    assertThat(refusal).isInstanceOf(RejectedException.class);
                    assertThat(refusal.getSuppressed()).hasAtLeastOneElementOfType(UncheckedIOException.class);
                    assertThat(chat.calls()).isEqualTo(2);
                });
    }

    @Test
    void thereIsNoCircuitBreakerWhereItIsSwitchedOff() {
        this.runner
                .withBean("chat", Chat.class)
                .withPropertyValues("integration.reliable.defaults.circuit-breaker.enabled=false")
                .run((context) -> {
                    Plan plan = plan(context.getBean(OperationRegistry.class), "chat.ask");
                    assertThat(plan.stages()).doesNotContain(StagePosition.CIRCUIT_BREAKER);
                    assertSource(
                            plan,
                            "circuit-breaker.enabled",
                            "false",
                            "integration.reliable.defaults.circuit-breaker.enabled");
                    assertThat(context.getBean(CircuitBreakers.class).all()).isEmpty();
                });
    }

    @Test
    void handsACallThatIsGivenUpToTheDeadLetters() {
        RecordingStore store = new RecordingStore();
        this.runner
                .withBean("chat", Chat.class)
                .withBean("store", GivenUpCalls.class, () -> store)
                .withPropertyValues("integration.reliable.policies.chat.on-exhausted=dead-letter")
                .run((context) -> {
                    Chat chat = context.getBean(Chat.class);
                    chat.failNext(6);
                    chat.tell(new Message("m-1", "hello"));
                    assertThat(store.calls).singleElement().satisfies((call) -> {
                        assertThat(call.operation().name()).isEqualTo("chat.tell");
                        assertThat(call.arguments()).isEqualTo("[{\"id\":\"m-1\",\"text\":\"hello\"}]");
                        assertThat(call.attempts()).isEqualTo(3);
                        assertThat(call.failure()).isEqualTo(Failure.of(FailureCategory.TEMPORARY));
                        assertThat(call.cause()).isInstanceOf(UncheckedIOException.class);
                    });
                    assertThatExceptionOfType(DeadLetteredException.class).isThrownBy(() -> chat.ask("q"));
                });
    }

    @Test
    void doesNotStartIfACallShallBeDeadLetteredButNothingStoresIt() {
        this.runner
                .withBean("chat", Chat.class)
                .withPropertyValues("integration.reliable.policies.chat.on-exhausted=dead-letter")
                .run((context) -> assertThat(rootCause(context))
                        .isInstanceOfSatisfying(InvalidOperationsException.class, (ex) -> {
                            assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                            assertThat(ex.getMessage()).contains("'chat.ask'", "'chat.tell'");
                        }));
    }

    @Test
    void doesNotStartIfTheArgumentsOfADeadLetterCouldNotBeReadAgain() {
        this.runner
                .withBean("uploading", Uploading.class)
                .withBean("store", GivenUpCalls.class, RecordingStore::new)
                .run((context) -> assertThat(rootCause(context))
                        .isInstanceOfSatisfying(
                                InvalidOperationException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.ARGUMENTS_NOT_SERIALIZABLE)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    max-attempts=0                             | max-attempts | 0
                    base-delay=11s                             | base-delay | at most max-delay, which is 10s
                    base-delay=-1s                             | base-delay | zero or more
                    max-delay=50ms                             | base-delay | at most max-delay, which is 50ms
                    max-delay=999999d                          | max-delay | at most
                    multiplier=NaN                             | multiplier | NaN
                    multiplier=0.5                             | multiplier | 0.5
                    multiplier=Infinity                        | multiplier | Infinity
                    max-elapsed=0s                             | max-elapsed | more than zero
                    on-exhausted=policy                        | on-exhausted | dead-letter
                    circuit-breaker.failure-rate-threshold=0   | circuit-breaker.failure-rate-threshold | 0
                    circuit-breaker.failure-rate-threshold=101 | circuit-breaker.failure-rate-threshold | 101
                    circuit-breaker.window-size=0              | circuit-breaker.window-size | 0
                    circuit-breaker.window-size=10             | circuit-breaker.minimum-calls | which is 10
                    circuit-breaker.minimum-calls=0            | circuit-breaker.minimum-calls | 0
                    circuit-breaker.open-duration=-1s          | circuit-breaker.open-duration | more than zero
                    circuit-breaker.half-open-probes=0         | circuit-breaker.half-open-probes | 0
                    """)
    void doesNotStartOnAValueThatCannotWork(String property, String setting, String reason) {
        for (String level : List.of("defaults", "policies.chat")) {
            this.runner
                    .withPropertyValues("integration.reliable." + level + "." + property)
                    .run((context) -> assertThat(rootCause(context))
                            .isInstanceOfSatisfying(InvalidOperationException.class, (ex) -> {
                                assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                                assertThat(ex.getMessage()).contains(setting, reason);
                                assertThat(ex.action()).contains("integration.reliable.", setting);
                            }));
        }
    }

    @Test
    void namesTheKeyOfTheValueThatCannotWork() {
        this.runner
                .withPropertyValues("integration.reliable.policies.chat.max-attempts=-2")
                .run((context) -> assertThat(rootCause(context))
                        .hasMessageStartingWith("INT-106: max-attempts of policy 'chat' is -2, from"
                                + " integration.reliable.policies.chat.max-attempts")
                        .hasMessageEndingWith("; it must be at least 1"));
    }

    @Test
    void namesTheOperationWhoseAnnotationCannotWork() {
        this.runner
                .withBean("negative", Negative.class)
                .run((context) -> assertThat(rootCause(context))
                        .hasMessage(
                                "INT-106: max-attempts of operation 'negative.call' is -1, from @Reliable(maxAttempts);"
                                        + " it must be at least 1"));
    }

    @Test
    void doesNotStartOnAnUnknownKey() {
        this.runner
                .withPropertyValues("integration.reliable.defaults.max-atempts=3")
                .run((context) -> assertThat(context).hasFailed());
    }

    @ParameterizedTest
    @ValueSource(classes = {PlainFuture.class, Reactive.class})
    void doesNotStartOnAResultThatComesLater(Class<?> type) {
        this.runner
                .withBean("later", type)
                .run((context) -> assertThat(rootCause(context))
                        .isInstanceOfSatisfying(InvalidOperationException.class, (ex) -> {
                            assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                            assertThat(ex.getMessage()).contains("bean 'later'", "a kind that is not known");
                        }));
    }

    @Test
    void asksTheApplicationsClassifiers() {
        FailureClassifier classifier =
                (failure) -> (failure instanceof ConnectException) ? Failure.of(FailureCategory.PERMANENT) : null;
        this.runner
                .withBean("chat", Chat.class)
                .withBean("classifier", FailureClassifier.class, () -> classifier)
                .run((context) -> {
                    Chat chat = context.getBean(Chat.class);
                    chat.failNext(1);
                    assertThat(catchThrowable(() -> chat.ask("q"))).isInstanceOf(UncheckedIOException.class);
                    assertThat(chat.calls()).isEqualTo(1);
                });
    }

    @Test
    void theApplicationsOwnBeansWin() {
        FailureClassification classification = new FailureClassification(List.of(), () -> Instant.EPOCH);
        CircuitBreakers breakers = new CircuitBreakers(this.time);
        this.runner
                .withBean("mine", FailureClassification.class, () -> classification)
                .withBean("breakers", CircuitBreakers.class, () -> breakers)
                .run((context) -> {
                    assertThat(context.getBean(FailureClassification.class)).isSameAs(classification);
                    assertThat(context.getBean(CircuitBreakers.class)).isSameAs(breakers);
                });
    }

    private static Throwable rootCause(AssertableApplicationContext context) {
        assertThat(context).hasFailed();
        return NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure());
    }

    private static Plan plan(OperationRegistry registry, String operation) {
        Plan plan = registry.find(operation);
        assertThat(plan).as(operation).isNotNull();
        return plan;
    }

    private static void assertSource(Plan plan, String name, String value, String source) {
        assertThat(plan.settings())
                .filteredOn((setting) -> setting.name().equals(name))
                .singleElement()
                .satisfies((setting) -> {
                    assertThat(setting.value()).isEqualTo(value);
                    assertThat(setting.source()).startsWith(source);
                });
    }

    record Message(String id, String text) {}

    static class Chat {

        private int failures;

        private int calls;

        public void failNext(int attempts) {
            this.failures = attempts;
        }

        public int calls() {
            return this.calls;
        }

        @Reliable("chat")
        public String ask(String question) {
            attempt();
            return "answer to " + question;
        }

        @Reliable("chat")
        public void tell(Message message) {
            attempt();
        }

        private void attempt() {
            this.calls++;
            if (this.failures > 0) {
                this.failures--;
                throw new UncheckedIOException(new ConnectException("refused"));
            }
        }
    }

    static class Overriding {

        @Reliable(
                policy = "chat",
                operation = "send-it",
                maxAttempts = 1,
                onExhausted = OnExhausted.RETHROW,
                safeToRetry = SafeToRetry.YES)
        public void send() {}
    }

    static class Composed {

        @ChatCall
        public void call() {}
    }

    @Reliable(policy = "chat-api", safeToRetry = SafeToRetry.YES)
    @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
    @interface ChatCall {}

    static class Unnamed {

        @Reliable(safeToRetry = SafeToRetry.NO)
        public void call() {}
    }

    static class Negative {

        @Reliable(maxAttempts = -1)
        public void call() {}
    }

    static class Uploading {

        @Reliable(onExhausted = OnExhausted.DEAD_LETTER)
        public void upload(InputStream body) {}
    }

    static class PlainFuture {

        @Reliable
        public java.util.concurrent.Future<String> call() {
            return CompletableFuture.completedFuture("x");
        }
    }

    static class Reactive {

        @Reliable
        public java.util.concurrent.Flow.Publisher<String> call() {
            return (subscriber) -> {};
        }
    }

    static class RecordingStore implements GivenUpCalls {

        private final List<GivenUpCall> calls = new ArrayList<>();

        @Override
        public String store(GivenUpCall call) {
            this.calls.add(call);
            return "entry-" + this.calls.size();
        }
    }
}
