package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.breaker.Forced;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.limit.RateLimitSpec;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.limit.RateLimiters;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.PolicyChange;
import io.integrationkit.reliable.PolicyChanges;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.reliable.ReliablePolicies;
import io.integrationkit.reliable.ReliableSettings;
import io.integrationkit.reliable.SharedStates;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class PolicyChangesTests {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final ManualTime time = new ManualTime();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class, CallAutoConfiguration.class, ReliableAutoConfiguration.class))
            .withBean("time", ManualTime.class, () -> this.time)
            .withBean("chat", Chat.class)
            .withPropertyValues(
                    "integration.reliable.policies.chat-api.max-attempts=4",
                    "integration.reliable.policies.chat-api.base-delay=1s");

    private final Logger log = (Logger) LoggerFactory.getLogger(PolicyChanges.class);

    @BeforeEach
    void listen() {
        this.log.setLevel(Level.INFO);
    }

    @AfterEach
    void stopListening() {
        this.log.setLevel(null);
    }

    @Test
    void aChangeIsInForceAtOnceOverConfigurationAndAnnotation() {
        run((changes, registry) -> {
            changes.change("chat-api", Map.of("max-attempts", "9", "base-delay", "2s"), "alice", null);
            for (String operation : List.of("chat.ask", "chat.tell")) {
                assertSetting(registry, operation, "max-attempts", "9", "run-time change by alice");
                assertSetting(registry, operation, "base-delay", "2s", "run-time change by alice");
                assertSetting(registry, operation, "worst-case.attempts", "9", "computed");
            }
            assertSetting(registry, "chat.other", "max-attempts", "3", Setting.DEFAULT);
        });
    }

    @Test
    void findsThePolicyHoweverItsNameIsSpeltAndThatOfAnOperation() {
        run((changes, registry) -> {
            changes.change("chatApi", Map.of("max-attempts", "9"), "alice", null);
            changes.change("chat.other", Map.of("max-attempts", "8"), "alice", null);
            assertSetting(registry, "chat.ask", "max-attempts", "9", "run-time change by alice");
            assertSetting(registry, "chat.other", "max-attempts", "8", "run-time change by alice");
        });
    }

    @Test
    void whatIsSettledAtStartUpIsNotChanged() {
        run((changes, registry) -> {
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() -> changes.change("chat-api", Map.of("on-exhausted", "rethrow"), "alice", null))
                    .withMessageContaining("on-exhausted of policy 'chat-api' cannot be changed");
            assertThat(changes.changes()).isEmpty();
        });
    }

    @Test
    void aChangeEndsByItself(CapturedOutput output) {
        run((changes, registry) -> {
            changes.change("chat-api", Map.of("max-attempts", "9"), "alice", Duration.ofMinutes(5));
            assertSetting(
                    registry, "chat.ask", "max-attempts", "9", "run-time change by alice until 2026-01-01T00:05:00Z");
            this.time.advance(Duration.ofMinutes(5));
            assertSetting(
                    registry, "chat.ask", "max-attempts", "4", "integration.reliable.policies.chat-api.max-attempts");
            assertSetting(registry, "chat.tell", "max-attempts", "2", "@Reliable(maxAttempts)");
            assertThat(changes.changes()).isEmpty();
            assertThat(output)
                    .contains("Policy 'chat-api' changed by alice until 2026-01-01T00:05:00Z: max-attempts 4 -> 9")
                    .contains("Policy 'chat-api': the change by alice ended: max-attempts 9 -> 4");
        });
    }

    @Test
    void aLaterChangeOfTheSameKeyStaysWhenTheEarlierEnds(CapturedOutput output) {
        run((changes, registry) -> {
            changes.change("chat-api", Map.of("max-attempts", "9", "base-delay", "3s"), "alice", Duration.ofMinutes(5));
            changes.change("chat-api", Map.of("max-attempts", "7"), "bob", null);
            assertThat(output).contains("changed by bob: max-attempts 9 -> 7");
            this.time.advance(Duration.ofMinutes(5));
            assertSetting(registry, "chat.ask", "max-attempts", "7", "run-time change by bob");
            assertSetting(
                    registry, "chat.ask", "base-delay", "1s", "integration.reliable.policies.chat-api.base-delay");
            assertThat(output).contains("the change by alice ended: base-delay 3s -> 1s");
        });
    }

    @Test
    void whatBuildsOnAChangeEndsWithIt(CapturedOutput output) {
        run((changes, registry) -> {
            changes.change("chat-api", Map.of("max-delay", "60s"), "alice", Duration.ofMinutes(5));
            changes.change("chat-api", Map.of("base-delay", "30s"), "bob", null);
            this.time.advance(Duration.ofMinutes(5));
            assertSetting(registry, "chat.ask", "max-delay", "10s", Setting.DEFAULT);
            assertSetting(
                    registry, "chat.ask", "base-delay", "1s", "integration.reliable.policies.chat-api.base-delay");
            assertThat(output)
                    .contains("the change by alice ended, and with it all others, which could not stand without it:"
                            + " base-delay 30s -> 1s, max-delay 60s -> 10s");
        });
    }

    @Test
    void aResetTakesEverythingBack(CapturedOutput output) {
        run((changes, registry) -> {
            changes.change("chat-api", Map.of("max-attempts", "9"), "alice", Duration.ofMinutes(5));
            assertThat(changes.reset("chat-api", "bob")).isTrue();
            assertThat(changes.reset("chat-api", "bob")).isFalse();
            assertSetting(
                    registry, "chat.ask", "max-attempts", "4", "integration.reliable.policies.chat-api.max-attempts");
            this.time.advance(Duration.ofMinutes(5));
            assertThat(output)
                    .containsOnlyOnce("Policy 'chat-api' reset by bob: max-attempts 9 -> 4")
                    .doesNotContain("ended");
        });
    }

    @Test
    void showsWhatIsChanged() {
        run((changes, registry) -> {
            changes.change("chat-api", Map.of("max-attempts", "9"), "alice", Duration.ofMinutes(5));
            changes.change("chat-api", Map.of("circuit-breaker.enabled", "false"), "bob", null);
            assertThat(changes.changes())
                    .containsExactlyInAnyOrder(
                            new PolicyChange("chat-api", "max-attempts", "9", "alice", START, START.plusSeconds(300)),
                            new PolicyChange("chat-api", "circuit-breaker.enabled", "false", "bob", START, null));
        });
    }

    @Test
    void logsValuesThatHadNoEffectBefore(CapturedOutput output) {
        run((changes, registry) -> {
            changes.change("chat-api", Map.of("rate-limit.permits", "5"), "alice", null);
            assertThat(output).contains("rate-limit.permits 0 -> 5");
            changes.change("chat-api", Map.of("attempt-timeout", "2s"), "alice", null);
            assertThat(output).contains("attempt-timeout not set -> 2s");
        });
    }

    @Test
    void nothingChangesIfOneOperationCannotWorkWithIt() {
        run((changes, registry) -> {
            // chat.tell has a deadline of 5 s of its own.
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() -> changes.change(
                            "chat-api", Map.of("attempt-timeout", "6s", "max-attempts", "9"), "alice", null))
                    .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEADLINE_TOO_SHORT))
                    .withMessageContaining("operation 'chat.tell'")
                    .withMessageContaining("6s, from run-time change by alice");
            assertSetting(
                    registry, "chat.ask", "max-attempts", "4", "integration.reliable.policies.chat-api.max-attempts");
            assertThat(changes.changes()).isEmpty();
        });
    }

    @Test
    void aLimitThatNeedsAStoreThereIsNoneOfIsRefusedBeforeAnythingOfTheChangeIsInForce(CapturedOutput output) {
        refusesALimit(
                this.runner,
                Map.of(
                        "rate-limit.permits", "100",
                        "rate-limit.scope", "cluster",
                        "circuit-breaker.enabled", "false"),
                InvalidOperationException.class,
                output);
    }

    @Test
    void aLimiterThatCannotBeMadeForTheSecondOperationLeavesTheFirstAsItWas(CapturedOutput output) {
        refusesALimit(
                this.runner.withBean("limiters", RateLimiters.class, OnceMade::new),
                Map.of("rate-limit.permits", "100", "circuit-breaker.enabled", "false"),
                IllegalStateException.class,
                output);
    }

    private void refusesALimit(
            ApplicationContextRunner application,
            Map<String, String> settings,
            Class<? extends Throwable> refusal,
            CapturedOutput output) {
        application.run((context) -> {
            PolicyChanges changes = context.getBean(PolicyChanges.class);
            OperationRegistry registry = context.getBean(OperationRegistry.class);
            CircuitBreakers breakers = context.getBean(CircuitBreakers.class);
            SharedStates shared = context.getBean(SharedStates.class);
            breakers.force("chat-api", Forced.CLOSED, "bob", null);
            assertThatExceptionOfType(refusal)
                    .isThrownBy(() -> changes.change("chat-api", settings, "alice", Duration.ofMinutes(30)));
            assertThat(changes.changes()).isEmpty();
            assertThat(changes.status("chat-api").settings())
                    .filteredOn((setting) -> setting.name().equals("rate-limit.permits"))
                    .extracting(Setting::value)
                    .containsExactly("0");
            for (String operation : List.of("chat.ask", "chat.tell")) {
                assertSetting(registry, operation, "rate-limit.permits", "0", Setting.DEFAULT);
            }
            assertThat(shared.find("chat-api"))
                    .satisfies((limits) -> assertThat(limits.permitsLeft()).isNull());
            assertThat(breakers.find("chat-api")).isNotNull();
            assertThat(breakers.held()).hasSize(1);
            assertThat(output).doesNotContain("changed by alice");
            changes.change("chat-api", Map.of("max-attempts", "9"), "carol", null);
            assertSetting(registry, "chat.tell", "max-attempts", "9", "run-time change by carol");
            this.time.advance(Duration.ofMinutes(30));
            assertThat(output).contains("changed by carol").doesNotContain("ended");
        });
    }

    @Test
    void aChangeThatCannotEndSaysSo(CapturedOutput output) {
        OnceMade limiters = new OnceMade();
        this.runner
                .withPropertyValues("integration.reliable.policies.mail.rate-limit.permits=5")
                .withBean("mail", Mail.class)
                .withBean("limiters", RateLimiters.class, () -> limiters)
                .run((context) -> {
                    PolicyChanges changes = context.getBean(PolicyChanges.class);
                    changes.change("mail", Map.of("rate-limit.permits", "0"), "alice", Duration.ofMinutes(5));
                    this.time.advance(Duration.ofMinutes(5));
                    assertThat(output).contains("Policy 'mail': the change by alice should have ended and could not");
                    assertThat(changes.changes()).hasSize(1);
                    limiters.made.clear();
                    assertThat(changes.reset("mail", "bob")).isTrue();
                    assertThat(changes.changes()).isEmpty();
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    chat-api | max-atempts             | 3     | INT-114 | Did you mean
                    chat-api | maxAttempts             | 3     | INT-114 | Did you mean
                    chat-api | nonsense.beyond.measure | 3     | INT-114 | Name one of [max-attempts
                    chat-api | max-attempts            | many  | INT-106 | is no value of max-attempts
                    chat-api | max-attempts            | 0     | INT-106 | it must be at least 1
                    chat-api | max-attempts            | ${x}  | INT-106 | is no value of max-attempts
                    chat-app | max-attempts            | 3     | INT-120 | There is no policy
                    """)
    void refusesWhatCannotWork(String policy, String key, String value, String code, String message) {
        run((changes, registry) -> {
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() -> changes.change(policy, Map.of(key, value), "alice", null))
                    .withMessageStartingWith(code)
                    .withMessageContaining(message);
            assertThat(changes.changes()).isEmpty();
        });
    }

    @Test
    void suggestsThePolicyThatWasProbablyMeant() {
        run((changes, registry) -> assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> changes.reset("chat-app", "alice"))
                .satisfies((ex) -> assertThat(ex.action()).isEqualTo("Did you mean 'chat-api'?")));
    }

    @Test
    void refusesAChangeOfNothingByNobodyOrUntilThePast() {
        run((changes, registry) -> {
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() -> changes.change("chat-api", Map.of(), "alice", null));
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() -> changes.change("chat-api", Map.of("max-attempts", "9"), " ", null));
            assertThatExceptionOfType(InvalidOperationException.class)
                    .isThrownBy(() -> changes.change("chat-api", Map.of("max-attempts", "9"), "alice", Duration.ZERO));
            assertThat(changes.changes()).isEmpty();
        });
    }

    @Test
    void anActorCannotForgeALineOfLog(CapturedOutput output) {
        run((changes, registry) -> {
            changes.change("chat-api", Map.of("max-attempts", "9"), "alice\nINFO nothing", null);
            assertThat(output).contains("changed by alice?INFO nothing: max-attempts 4 -> 9");
        });
    }

    @Test
    void switchingARateLimitOffNeedsNoMoreThanItsPermits() {
        this.runner
                .withPropertyValues(
                        "integration.reliable.policies.chat-api.rate-limit.permits=5",
                        "integration.reliable.policies.chat-api.rate-limit.period=1m")
                .run((context) -> {
                    context.getBean(PolicyChanges.class)
                            .change("chat-api", Map.of("rate-limit.permits", "0"), "alice", null);
                    assertSetting(
                            context.getBean(OperationRegistry.class),
                            "chat.ask",
                            "rate-limit.permits",
                            "0",
                            "run-time change by alice");
                });
    }

    @Test
    void theApplicationsOwnBeanWins() {
        ReliablePolicies policies = new ReliablePolicies(ReliableSettings.NONE, (key) -> null, (text) -> text);
        PolicyChanges own = new PolicyChanges(policies, new PolicySettingsReader(), this.time);
        this.runner
                .withBean("own", PolicyChanges.class, () -> own)
                .run((context) ->
                        assertThat(context.getBean(PolicyChanges.class)).isSameAs(own));
    }

    private void run(BiConsumer<PolicyChanges, OperationRegistry> test) {
        this.runner.run((context) -> {
            assertThat(context).hasNotFailed();
            test.accept(context.getBean(PolicyChanges.class), context.getBean(OperationRegistry.class));
        });
    }

    private static void assertSetting(
            OperationRegistry registry, String operation, String name, String value, String source) {
        Plan plan = registry.find(operation);
        assertThat(plan).isNotNull();
        assertThat(plan.settings())
                .filteredOn((setting) -> setting.name().equals(name))
                .singleElement()
                .satisfies((setting) -> {
                    assertThat(setting.value()).isEqualTo(value);
                    assertThat(setting.source()).startsWith(source);
                });
    }

    /** Makes one limiter for each policy, of other settings than it was asked for. */
    static final class OnceMade implements RateLimiters {

        private final Set<String> made = new HashSet<>();

        @Override
        public RateLimiter create(String policy, RateLimitSpec spec, long now) {
            if (!this.made.add(policy)) {
                throw new IllegalStateException("no further limiter");
            }
            return RateLimiter.local(
                    new RateLimitSpec(spec.permits() + 1, spec.period(), spec.burst(), spec.maxWait(), spec.scope()),
                    now);
        }
    }

    static class Mail {

        @Reliable("mail")
        public void send() {}
    }

    static class Chat {

        @Reliable("chat-api")
        public String ask(String question) {
            return question;
        }

        @Reliable(policy = "chat-api", maxAttempts = 2, deadline = "5s")
        public void tell(String message) {}

        @Reliable
        public void other() {}
    }
}
