package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.Finding;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.limit.RateLimiters;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.reliable.SafeToRetry;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.annotation.AliasFor;

/** What the levels of the configuration say, laid over each other. */
class ReliableSettingsTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class, CallAutoConfiguration.class, ReliableAutoConfiguration.class))
            .withBean("time", ManualTime.class, ManualTime::new)
            .withPropertyValues("bank.timeout=700ms");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    jitter=decorrelated                             | jitter | decorrelated
                    attempt-timeout=2s                              | attempt-timeout | 2s
                    deadline=30s                                    | deadline | 30s
                    retry-budget.enabled=false                      | retry-budget.enabled | false
                    retry-budget.percent=50                         | retry-budget.percent | 50
                    retry-budget.min-per-second=1                   | retry-budget.min-per-second | 1
                    circuit-breaker.mode=metrics-only               | circuit-breaker.mode | metrics-only
                    circuit-breaker.window-type=time                | circuit-breaker.window-type | time
                    circuit-breaker.window-duration=5m              | circuit-breaker.window-duration | 300s
                    circuit-breaker.slow-call-duration=1s           | circuit-breaker.slow-call-duration | 1s
                    circuit-breaker.slow-call-rate-threshold=80     | circuit-breaker.slow-call-rate-threshold | 80
                    circuit-breaker.open-duration-multiplier=2      | circuit-breaker.open-duration-multiplier | 2.0
                    circuit-breaker.max-open-duration=1h            | circuit-breaker.max-open-duration | 3600s
                    rate-limit.permits=7                            | rate-limit.permits | 7
                    bulkhead.max-concurrent=9                       | bulkhead.max-concurrent | 9
                    """)
    void eachKeyCanBeSetInTheDefaultsAndInAPolicyWhichStandsOverThem(String property, String name, String value) {
        for (String level : List.of("defaults", "policies.chat")) {
            this.runner
                    .withBean("chat", Chat.class)
                    .withPropertyValues("integration.reliable." + level + "." + property)
                    .run((context) -> assertSource(
                            plan(context, "chat.ask"), name, value, "integration.reliable." + level + "." + name));
        }
    }

    @Test
    void theBurstIsAsLargeAsThePermitsUnlessItIsSet() {
        String rate = "integration.reliable.policies.chat.rate-limit.";
        this.runner
                .withBean("chat", Chat.class)
                .withPropertyValues(rate + "permits=7", rate + "period=1m")
                .run((context) -> {
                    assertSource(plan(context, "chat.ask"), "rate-limit.burst", "7", "as many as rate-limit.permits");
                    assertSource(plan(context, "chat.ask"), "rate-limit.period", "60s", rate + "period");
                    assertSource(plan(context, "chat.ask"), "rate-limit.scope", "instance", Setting.DEFAULT);
                });
        this.runner
                .withBean("chat", Chat.class)
                .withBean("limiters", RateLimiters.class, () -> (policy, spec, now) -> RateLimiter.local(spec, now))
                .withPropertyValues(rate + "permits=7", rate + "burst=2", rate + "scope=cluster")
                .run((context) -> {
                    assertSource(plan(context, "chat.ask"), "rate-limit.burst", "2", rate + "burst");
                    assertSource(plan(context, "chat.ask"), "rate-limit.scope", "cluster", rate + "scope");
                });
    }

    @Test
    void whatIsSwitchedOffShowsOnlyThat() {
        this.runner
                .withBean("chat", Chat.class)
                .withPropertyValues("integration.reliable.policies.chat.retry-budget.enabled=false")
                .run((context) -> assertThat(plan(context, "chat.ask").settings())
                        .extracting(Setting::name)
                        .contains("retry-budget.enabled", "rate-limit.permits", "bulkhead.max-concurrent")
                        .doesNotContain("retry-budget.percent", "rate-limit.period", "bulkhead.max-wait"));
    }

    @Test
    void saysWhatHappensToUnsafeRetries() {
        this.runner
                .withBean("chat", Chat.class)
                .run((context) -> assertSource(plan(context, "chat.ask"), "unsafe-retry", "retry", Setting.DEFAULT));
        this.runner
                .withBean("chat", Chat.class)
                .withPropertyValues("integration.reliable.unsafe-retry=skip")
                .run((context) -> assertSource(
                        plan(context, "chat.ask"), "unsafe-retry", "skip", "integration.reliable.unsafe-retry"));
    }

    @Test
    void theDurationsOfTheAnnotationStandOverThePolicyAndMayComeFromPlaceholders() {
        this.runner
                .withBean("timed", Timed.class)
                .withPropertyValues(
                        "integration.reliable.defaults.attempt-timeout=9s",
                        "integration.reliable.defaults.deadline=90s")
                .run((context) -> {
                    assertSource(plan(context, "timed.call"), "attempt-timeout", "700ms", "@Reliable(attemptTimeout)");
                    assertSource(plan(context, "timed.call"), "deadline", "120s", "@Reliable(deadline)");
                    assertSource(
                            plan(context, "timed.optional"),
                            "attempt-timeout",
                            "9s",
                            "integration.reliable.defaults.attempt-timeout");
                });
    }

    @Test
    void doesNotStartOnATextThatIsNoDuration() {
        this.runner
                .withBean("wrong", WrongDuration.class)
                .run((context) -> assertInvalid(
                        context,
                        "@Reliable(attemptTimeout) of operation 'wrong.call' is 'soon', which is no duration"));
        this.runner
                .withBean("wrong", WrongPlaceholder.class)
                .run((context) ->
                        assertInvalid(context, "@Reliable(deadline) of operation 'wrong.call' is '${no.such.key}'"));
        this.runner
                .withBean("wrong", NegativeDuration.class)
                .run(
                        (context) -> assertInvalid(
                                context,
                                "attempt-timeout of operation 'wrong.call' is -1s, from @Reliable(attemptTimeout); it must be"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    attempt-timeout=0s                            | attempt-timeout | more than zero
                    deadline=-1s                                  | deadline | more than zero
                    retry-budget.percent=-1                       | retry-budget.percent | from 0 to 1000
                    retry-budget.min-per-second=-1                | retry-budget.min-per-second | from 0
                    circuit-breaker.window-duration=10ms          | circuit-breaker.window-duration | from 1s to 1h
                    circuit-breaker.slow-call-duration=0s         | circuit-breaker.slow-call-duration | more than zero
                    circuit-breaker.slow-call-rate-threshold=0    | circuit-breaker.slow-call-rate-threshold | 0
                    circuit-breaker.open-duration-multiplier=0.5  | circuit-breaker.open-duration-multiplier | 0.5
                    circuit-breaker.max-open-duration=0s          | circuit-breaker.max-open-duration | more than zero
                    rate-limit.permits=-1                         | rate-limit.permits | zero for no limit
                    bulkhead.max-concurrent=-1                    | bulkhead.max-concurrent | zero for any number
                    """)
    void doesNotStartOnAValueThatCannotWork(String property, String setting, String reason) {
        for (String level : List.of("defaults", "policies.chat")) {
            this.runner
                    .withPropertyValues("integration.reliable." + level + "." + property)
                    .run((context) -> assertInvalid(context, setting, reason, "integration.reliable." + level));
        }
    }

    @ParameterizedTest
    @CsvSource({"period, 1m", "burst, 5"})
    void doesNotStartIfAPolicyCountsCallsButHasNoPermits(String key, String value) {
        this.runner
                .withPropertyValues("integration.reliable.policies.chat.rate-limit." + key + "=" + value)
                .run((context) -> assertInvalid(
                        context,
                        "rate-limit." + key + " of policy 'chat'",
                        "it must be left out, or beside a rate-limit.permits of at least 1"));
        this.runner
                .withPropertyValues("integration.reliable.defaults.rate-limit." + key + "=" + value)
                .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void doesNotStartIfOneAttemptMayTakeLongerThanTheCall() {
        this.runner
                .withBean("timed", Timed.class)
                .withPropertyValues(
                        "integration.reliable.policies.chat.attempt-timeout=6s",
                        "integration.reliable.policies.chat.deadline=5s")
                .run((context) -> {
                    assertThat(context).hasFailed();
                    assertThat(NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure()))
                            .hasMessageStartingWith("INT-118: deadline of policy 'chat' is 5s, from"
                                    + " integration.reliable.policies.chat.deadline")
                            .hasMessageContaining("attempt-timeout of 6s, from"
                                    + " integration.reliable.policies.chat.attempt-timeout");
                });
    }

    @Test
    void findsWhatContradictsItselfAndShowsTheWorstCase() {
        this.runner
                .withBean("chat", Chat.class)
                .withPropertyValues(
                        "integration.reliable.policies.chat.attempt-timeout=2s",
                        "integration.reliable.policies.chat.max-elapsed=6s",
                        "integration.reliable.policies.chat.circuit-breaker.slow-call-duration=2s",
                        "integration.reliable.policies.chat.deadline=5s")
                .run((context) -> {
                    Plan plan = plan(context, "chat.ask");
                    assertThat(plan.findings())
                            .extracting(Finding::code)
                            .contains(
                                    ProblemCode.DEADLINE_TOO_SHORT,
                                    ProblemCode.SETTING_WITHOUT_EFFECT,
                                    ProblemCode.SETTING_WITHOUT_EFFECT);
                    assertThat(plan.findings())
                            .extracting(Finding::message)
                            .anyMatch((message) -> message.startsWith("max-elapsed is 6s, longer than the deadline"))
                            .anyMatch((message) -> message.startsWith("circuit-breaker.slow-call-duration is 2s, not"
                                    + " shorter than the attempt-timeout"));
                    assertSource(plan, "worst-case.attempts", "3", "computed");
                    assertSource(plan, "worst-case.duration", "5s", "computed");
                });
    }

    @Test
    void aComposedAnnotationCanSetEveryAttribute() {
        this.runner.withBean("composed", Composed.class).run((context) -> {
            Plan plan = plan(context, "everything");
            Reliable merged = plan.operation().annotation(Reliable.class);
            assertThat(merged).isNotNull();
            assertThat(merged.policy()).isEqualTo("bank");
            assertThat(merged.value()).isEqualTo("bank");
            assertThat(merged.maxAttempts()).isEqualTo(7);
            assertThat(merged.attemptTimeout()).isEqualTo("1s");
            assertThat(merged.deadline()).isEqualTo("9s");
            assertThat(merged.retryOn()).containsExactly(IOException.class);
            assertThat(merged.noRetryOn()).containsExactly(IllegalStateException.class);
            assertThat(merged.retryOnResult()).isEqualTo("isMissing");
            assertThat(merged.fallback()).isEqualTo("otherwise");
            assertThat(merged.compensation()).isEqualTo("undo");
            assertThat(merged.onExhausted()).isEqualTo(OnExhausted.RETHROW);
            assertThat(merged.safeToRetry()).isEqualTo(SafeToRetry.YES);
            assertSource(plan, "deadline", "9s", "@Reliable(deadline)");
        });
    }

    @Test
    void theComposedAnnotationOfThisTestHasEveryAttribute() {
        assertThat(Arrays.stream(Everything.class.getDeclaredMethods()).map((each) -> each.getName()))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Reliable.class.getDeclaredMethods())
                        .map((each) -> each.getName())
                        .filter((name) -> !name.equals("value"))
                        .toList());
    }

    private static void assertInvalid(AssertableApplicationContext context, String... parts) {
        assertThat(context).hasFailed();
        assertThat(NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure()))
                .isInstanceOfSatisfying(InvalidOperationException.class, (ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                    assertThat(ex.getMessage()).contains(parts);
                });
    }

    private static Plan plan(AssertableApplicationContext context, String operation) {
        assertThat(context).hasNotFailed();
        Plan plan = context.getBean(OperationRegistry.class).find(operation);
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

    static class Chat {

        @Reliable("chat")
        public String ask(String question) {
            return question;
        }
    }

    static class Timed {

        @Reliable(attemptTimeout = "${bank.timeout}", deadline = "2m")
        public void call() {}

        @Reliable(attemptTimeout = "${bank.other-timeout:}")
        public void optional() {}
    }

    static class WrongDuration {

        @Reliable(attemptTimeout = "soon")
        public void call() {}
    }

    static class WrongPlaceholder {

        @Reliable(deadline = "${no.such.key}")
        public void call() {}
    }

    static class NegativeDuration {

        @Reliable(attemptTimeout = "-1s")
        public void call() {}
    }

    static class Composed {

        @Everything(policy = "bank", operation = "everything", maxAttempts = 7, deadline = "9s")
        public String call() {
            return "answer";
        }

        public boolean isMissing(String answer) {
            return answer.isEmpty();
        }

        public String otherwise() {
            return "otherwise";
        }

        public void undo() {}
    }

    @Reliable
    @Retention(RetentionPolicy.RUNTIME)
    @interface Everything {

        @AliasFor(annotation = Reliable.class)
        String policy() default "";

        @AliasFor(annotation = Reliable.class)
        String operation() default "";

        @AliasFor(annotation = Reliable.class)
        int maxAttempts() default 0;

        @AliasFor(annotation = Reliable.class)
        String attemptTimeout() default "1s";

        @AliasFor(annotation = Reliable.class)
        String deadline() default "";

        @AliasFor(annotation = Reliable.class)
        Class<? extends Throwable>[] retryOn() default IOException.class;

        @AliasFor(annotation = Reliable.class)
        Class<? extends Throwable>[] noRetryOn() default IllegalStateException.class;

        @AliasFor(annotation = Reliable.class)
        String retryOnResult() default "isMissing";

        @AliasFor(annotation = Reliable.class)
        String fallback() default "otherwise";

        @AliasFor(annotation = Reliable.class)
        String compensation() default "undo";

        @AliasFor(annotation = Reliable.class)
        OnExhausted onExhausted() default OnExhausted.RETHROW;

        @AliasFor(annotation = Reliable.class)
        SafeToRetry safeToRetry() default SafeToRetry.YES;
    }
}
