package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.context.HttpRequestsAutoConfiguration;
import io.integrationkit.call.Finding;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.context.ClientTimeouts;
import io.integrationkit.context.DefaultReadTimeout;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.reliable.Reliable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** The read time-out that attempt timeouts give to HTTP clients, and what start-up says where none bounds an attempt. */
class ReadTimeoutTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    HttpRequestsAutoConfiguration.class,
                    HttpClientAutoConfiguration.class,
                    ImperativeHttpClientAutoConfiguration.class))
            .withBean("chat", Chat.class);

    @Test
    void theLongestBoundOfTheConfigurationIsTheReadTimeout() {
        this.runner
                .withPropertyValues(
                        "integration.reliable.defaults.attempt-timeout=2s",
                        "integration.reliable.policies.report.attempt-timeout=9s",
                        "integration.reliable.policies.other.deadline=1s",
                        "integration.reliable.policies.other.attempt-timeout=500ms")
                .run((context) -> assertThat(readTimeout(context)).isEqualTo(Duration.ofSeconds(9)));
    }

    @Test
    void aDeadlineIsABoundToo() {
        this.runner
                .withPropertyValues("integration.reliable.defaults.deadline=30s")
                .run((context) -> assertThat(readTimeout(context)).isEqualTo(Duration.ofSeconds(30)));
    }

    @Test
    void whereSomeAttemptsMayTakeAnyTimeNoReadTimeoutIsGiven() {
        this.runner
                .withPropertyValues("integration.reliable.policies.report.attempt-timeout=9s")
                .run((context) -> assertThat(readTimeout(context)).isNull());
    }

    @Test
    void theDefaultOfTheApplicationWins() {
        DefaultReadTimeout none = () -> null;
        this.runner
                .withBean(DefaultReadTimeout.class, () -> none)
                .withPropertyValues("integration.reliable.defaults.attempt-timeout=2s")
                .run((context) -> assertThat(readTimeout(context)).isNull());
    }

    @Test
    void attemptsThatNoKnownReadTimeoutBoundsAreAFinding() {
        this.runner.run((context) -> assertThat(findings(context))
                .singleElement()
                .satisfies((finding) -> {
                    assertThat(finding.code()).isEqualTo(ProblemCode.READ_TIMEOUT_MISSING);
                    assertThat(finding.message())
                            .contains("no read time-out of HTTP clients is known", "chat.ask (1s), chat.tell (5s)")
                            .doesNotContain("chat.free", "chat.later");
                }));
    }

    @Test
    void attemptsThatEndBeforeTheReadTimeoutAreAFinding() {
        this.runner
                .withPropertyValues("spring.http.clients.read-timeout=2s")
                .run((context) -> assertThat(findings(context))
                        .singleElement()
                        .satisfies((finding) -> assertThat(finding.message())
                                .contains("HTTP clients have a read time-out of 2s", "chat.ask (1s);")
                                .doesNotContain("chat.tell")));
    }

    @Test
    void aReadTimeoutOfTheApplicationThatIsShortEnoughIsNoFinding() {
        this.runner
                .withPropertyValues("spring.http.clients.read-timeout=1s")
                .run((context) -> assertThat(findings(context)).isEmpty());
    }

    @Test
    void whatTheApplicationKnowsOfItsClientsCounts() {
        this.runner
                .withBean(ClientTimeouts.class, () -> () -> Duration.ofMillis(800))
                .run((context) -> assertThat(findings(context)).isEmpty());
    }

    @Test
    void anAttemptThatOurReadTimeoutCutsShortIsAFinding() {
        this.runner
                .withPropertyValues("integration.reliable.defaults.attempt-timeout=1s")
                .run((context) -> assertThat(findings(context)).singleElement().satisfies((finding) -> {
                    assertThat(finding.code()).isEqualTo(ProblemCode.SETTING_WITHOUT_EFFECT);
                    assertThat(finding.message()).contains("read time-out of 1s", "chat.tell (5s);");
                }));
    }

    @Test
    void withoutHttpClientsNothingIsKnown() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        AopAutoConfiguration.class,
                        JacksonAutoConfiguration.class,
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class))
                .withBean("chat", Chat.class)
                .run((context) -> assertThat(findings(context)).hasSize(1));
    }

    private static @Nullable Duration readTimeout(ApplicationContext context) {
        return context.getBean(ClientTimeouts.class).readTimeout();
    }

    private static List<Finding> findings(ApplicationContext context) {
        return context.getBean("integrationReadTimeoutFindings", FindingContributor.class)
                .findings();
    }

    static class Chat {

        @Reliable(attemptTimeout = "1s")
        public void ask() {}

        @Reliable(attemptTimeout = "5s")
        public void tell() {}

        @Reliable(deadline = "1m")
        public void free() {}

        @Reliable(attemptTimeout = "100ms")
        public CompletionStage<Void> later() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
