package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.verification.VerificationAutoConfiguration;
import io.integrationkit.call.Finding;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.verification.StartupReport;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class Resilience4jFindingsTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    VerificationAutoConfiguration.class));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            retry.instances.chat.max-attempts=5                             | policies.chat.max-attempts=5
            retry.instances.chat.waitDuration=500ms                         | policies.chat.base-delay=500ms
            retry.instances.chat.exponential-backoff-multiplier=3           | policies.chat.multiplier=3
            retry.instances.chat.exponential_max_wait_duration=9s           | policies.chat.max-delay=9s
            retry.configs.default.maxAttempts=4                             | defaults.max-attempts=4
            circuitbreaker.instances.chat.failureRateThreshold=40.0         | policies.chat.circuit-breaker.failure-rate-threshold=40
            circuitbreaker.instances.chat.slidingWindowType=COUNT_BASED     | policies.chat.circuit-breaker.window-type=count
            circuitbreaker.instances.chat.slidingWindowSize=50              | policies.chat.circuit-breaker.window-size=50
            circuitbreaker.backends.chat.minimum-number-of-calls=7          | policies.chat.circuit-breaker.minimum-calls=7
            circuitbreaker.instances.chat.wait-duration-in-open-state=30s   | policies.chat.circuit-breaker.open-duration=30s
            circuitbreaker.instances.chat.permitted-number-of-calls-in-half-open-state=2 | policies.chat.circuit-breaker.half-open-probes=2
            circuitbreaker.instances.chat.slow-call-duration-threshold=2s   | policies.chat.circuit-breaker.slow-call-duration=2s
            circuitbreaker.instances.chat.slow-call-rate-threshold=80       | policies.chat.circuit-breaker.slow-call-rate-threshold=80
            ratelimiter.instances.chat.limit-for-period=10                  | policies.chat.rate-limit.permits=10
            ratelimiter.instances.chat.limit-refresh-period=1s              | policies.chat.rate-limit.period=1s
            ratelimiter.instances.chat.timeout-duration=0                   | policies.chat.rate-limit.max-wait=0
            bulkhead.instances.chat.max-concurrent-calls=25                 | policies.chat.bulkhead.max-concurrent=25
            bulkhead.instances.chat.max-wait-duration=10ms                  | policies.chat.bulkhead.max-wait=10ms
            timelimiter.instances.chat.timeout-duration=2s                  | policies.chat.attempt-timeout=2s
            """)
    void saysWhatASettingIsCalledHere(String theirs, String ours) {
        assertThat(lines(theirs)).singleElement().asString().endsWith("-> integration.reliable." + ours);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            retry.instances.chat.enable-randomized-wait=true                | the wait is always spread
            retry.instances.chat.retry-exceptions[0]=java.io.IOException    | @Reliable(retryOn)
            retry.instances.chat.base-config=shared                         | every policy inherits the defaults
            retry.configs.shared.max-attempts=9                             | every policy inherits the defaults
            retry.retry-aspect-order=2                                      | the order is fixed
            circuitbreaker.instances.chat.record-exceptions[0]=a.B          | the category of a failure decides
            circuitbreaker.instances.chat.register-health-indicator=true    | leave it out
            thread-pool-bulkhead.instances.chat.core-thread-pool-size=2     | the thread of their caller
            timelimiter.instances.chat.cancel-running-future=true           | a future is not cancelled
            """)
    void saysThatASettingHasNoCounterpartAndWhatThereIsInstead(String theirs, String reason) {
        assertThat(lines(theirs)).singleElement().asString().contains("-> no counterpart: ", reason);
    }

    @Test
    void theSizeOfATimeBasedWindowIsADuration() {
        assertThat(lines(
                        "circuitbreaker.instances.chat.sliding-window-type=TIME_BASED",
                        "circuitbreaker.instances.chat.sliding-window-size=30",
                        "circuitbreaker.instances.other.sliding-window-size=40"))
                .anyMatch((line) -> line.endsWith("policies.chat.circuit-breaker.window-type=time"))
                .anyMatch((line) -> line.endsWith("policies.chat.circuit-breaker.window-duration=30s"))
                .anyMatch((line) -> line.endsWith("policies.other.circuit-breaker.window-size=40"));
        assertThat(lines(
                        "circuitbreaker.configs.default.sliding-window-type=time_based",
                        "circuitbreaker.instances.other.sliding-window-size=40"))
                .anyMatch((line) -> line.endsWith("policies.other.circuit-breaker.window-duration=40s"));
    }

    @Test
    void isOneFindingThatIsLoggedAndAppliesNothing(CapturedOutput output) {
        this.runner
                .withPropertyValues("resilience4j.retry.instances.chat.max-attempts=5")
                .run((context) -> {
                    assertThat(context.getBean(StartupReport.class).findings())
                            .extracting(Finding::code)
                            .containsOnlyOnce(ProblemCode.RESILIENCE4J_SETTINGS);
                    assertThat(output)
                            .contains("INT-119: application: @Reliable does not read the settings of Resilience4j")
                            .contains("resilience4j.retry.instances.chat.max-attempts=5 ->");
                    assertThat(context.getBean(ReliableProperties.class).policies())
                            .isEmpty();
                });
    }

    @Test
    void anApplicationWithoutResilience4jIsToldNothing(CapturedOutput output) {
        this.runner.run((context) -> {
            assertThat(context.getBean(StartupReport.class).findings())
                    .extracting(Finding::code)
                    .doesNotContain(ProblemCode.RESILIENCE4J_SETTINGS);
            assertThat(output).doesNotContain("INT-119");
        });
    }

    private List<String> lines(String... settings) {
        String[] properties = Arrays.stream(settings)
                .map((setting) -> "resilience4j." + setting)
                .toArray(String[]::new);
        List<List<String>> found = new java.util.ArrayList<>();
        this.runner
                .withPropertyValues(properties)
                .run((context) -> found.add(context.getBean(StartupReport.class).findings().stream()
                        .filter((finding) -> finding.code() == ProblemCode.RESILIENCE4J_SETTINGS)
                        .flatMap((finding) -> finding.message().lines().skip(1))
                        .toList()));
        return found.get(0);
    }
}
