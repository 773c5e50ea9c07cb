package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.integrationkit.actuate.IntegrationEndpoint;
import io.integrationkit.autoconfigure.actuate.EndpointApplication.Answer;
import io.integrationkit.autoconfigure.actuate.EndpointApplication.WithWebEndpoints;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.autoconfigure.verification.VerificationAutoConfiguration;
import io.integrationkit.breaker.Forced;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.ManualTime;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** Policies are changed as an operator changes them, over HTTP, and the next call acts on it. */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IntegrationEndpointHttpTests {

    private static final String CHAT = "/policies/chat";

    private final Logger log = (Logger) LoggerFactory.getLogger("io.integrationkit.reliable");

    private EndpointApplication application = start("management.endpoint.integration.access=unrestricted");

    @BeforeAll
    void listen() {
        this.log.setLevel(Level.INFO);
    }

    @AfterEach
    void asConfigured() throws Exception {
        this.application.delete(CHAT + "?actor=test");
        CircuitBreakers breakers = this.application.bean(CircuitBreakers.class);
        breakers.force("chat", Forced.CLOSED, "test", null);
        breakers.force("chat", null, "test", null);
        this.application.bean(Chat.class).down(true);
    }

    @AfterAll
    void stop() {
        this.log.setLevel(null);
        this.application.close();
    }

    @Test
    void theNextCallActsOnAChange(CapturedOutput output) throws Exception {
        assertThat(attemptsOfACall()).isEqualTo(2);

        Answer answer = post("""
                {"settings": "max-attempts=5, base-delay=2ms", "actor": "alice"}""");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/settings/max-attempts/value").asString()).isEqualTo("5");
        assertThat(answer.json().at("/settings/max-attempts/source").asString()).isEqualTo("run-time change by alice");
        assertThat(answer.json().at("/changes")).hasSize(2);
        assertThat(attemptsOfACall()).isEqualTo(5);
        assertThat(output).contains("Policy 'chat' changed by alice: max-attempts 2 -> 5, base-delay 1ms -> 2ms");
    }

    @Test
    void aChangeIsSeenInThePlanOfEachOperationAndAmongTheChanges() throws Exception {
        post("""
                {"settings": "max-attempts=5", "actor": "alice", "expiresAfter": "30m"}""");

        JsonNode overview = this.application.get("").json();
        assertThat(overview.at("/changes/0/key").asString()).isEqualTo("max-attempts");
        assertThat(overview.at("/changes/0/actor").asString()).isEqualTo("alice");
        assertThat(overview.at("/changes/0/until").isMissingNode()).isFalse();
        JsonNode operation = this.application.get("/chat.ask").json();
        assertThat(operation.at("/settings/max-attempts/value").asString()).isEqualTo("5");
        assertThat(operation.at("/settings/worst-case.attempts/value").asString())
                .isEqualTo("5");
        assertThat(operation.at("/settings/worst-case.duration/value").isMissingNode())
                .isFalse();
    }

    @Test
    void aChangeEndsByItself() throws Exception {
        post("""
                {"settings": "max-attempts=5", "actor": "alice", "expiresAfter": "30m"}""");
        assertThat(attemptsOfACall()).isEqualTo(5);

        this.application.bean(ManualTime.class).advance(Duration.ofMinutes(30));

        assertThat(attemptsOfACall()).isEqualTo(2);
        assertThat(this.application.get(CHAT).json().at("/changes")).isEmpty();
    }

    @Test
    void aResetTakesBackSettingsAndBreaker() throws Exception {
        post("""
                {"settings": "max-attempts=5", "actor": "alice"}""");
        post("""
                {"breaker": "open", "actor": "alice"}""");

        Answer answer = this.application.delete(CHAT + "?actor=bob");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/changes")).isEmpty();
        assertThat(answer.json().at("/held").isMissingNode()).isTrue();
        assertThat(answer.json().at("/settings/max-attempts/value").asString()).isEqualTo("2");
        this.application.bean(Chat.class).down(false);
        this.application.bean(Chat.class).ask();
    }

    @Test
    void aBreakerIsForcedOpenUntilItIsReleased(CapturedOutput output) throws Exception {
        this.application.bean(Chat.class).down(false);

        Answer forced = post("""
                {"breaker": "open", "actor": "alice"}""");

        assertThat(forced.status()).isEqualTo(200);
        assertThat(forced.json().at("/breaker/state").asString()).isEqualTo("OPEN");
        assertThat(forced.json().at("/breaker/forced").asString()).isEqualTo("OPEN");
        assertThat(forced.json().at("/held/actor").asString()).isEqualTo("alice");
        assertRefused();
        this.application.bean(ManualTime.class).advance(Duration.ofHours(1));
        assertRefused();
        assertThat(this.application.get("").json().at("/heldBreakers/0/policy").asString())
                .isEqualTo("chat");

        Answer released = post("""
                {"breaker": "automatic", "actor": "bob"}""");

        assertThat(released.json().at("/held").isMissingNode()).isTrue();
        this.application.bean(Chat.class).ask();
        assertThat(output)
                .contains("Circuit breaker 'chat' forced OPEN by alice")
                .contains("Circuit breaker 'chat' released by bob");
    }

    @Test
    void aBreakerIsForcedClosedWhateverTheResultsSay() throws Exception {
        post("""
                {"breaker": "closed", "actor": "alice"}""");
        for (int i = 0; i < 20; i++) {
            assertThat(attemptsOfACall()).isEqualTo(2);
        }
        assertThat(this.application.get(CHAT).json().at("/breaker/forced").asString())
                .isEqualTo("CLOSED");
    }

    @Test
    void aForcedStateEndsByItselfUnlessSomebodyAskedForAnotherSince(CapturedOutput output) throws Exception {
        ManualTime time = this.application.bean(ManualTime.class);
        this.application.bean(Chat.class).down(false);
        post("""
                {"breaker": "open", "actor": "alice", "expiresAfter": "5m"}""");
        post("""
                {"breaker": "open", "actor": "bob", "expiresAfter": "10m"}""");

        time.advance(Duration.ofMinutes(5));
        assertRefused();
        assertThat(this.application.get(CHAT).json().at("/held/actor").asString())
                .isEqualTo("bob");

        time.advance(Duration.ofMinutes(5));
        this.application.bean(Chat.class).ask();
        assertThat(this.application.get(CHAT).json().at("/held").isMissingNode())
                .isTrue();
        assertThat(output)
                .contains("Circuit breaker 'chat': OPEN as forced by bob ended")
                .doesNotContain("forced by alice ended");
    }

    @Test
    void aBreakerThatIsSwitchedOffIsNotHeldAnyLonger() throws Exception {
        post("""
                {"breaker": "open", "actor": "alice", "expiresAfter": "5m"}""");

        Answer off = post("""
                {"settings": "circuit-breaker.enabled=false", "actor": "bob"}""");

        assertThat(off.json().at("/held").isMissingNode()).isTrue();
        assertThat(attemptsOfACall()).isEqualTo(2);
        assertThat(post("""
                {"breaker": "open", "actor": "alice"}""").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    chat | {"settings": "max-atempts=5", "actor": "a"}           | 400 | INT-114 | Did you mean
                    chat | {"settings": "max-attempts=0", "actor": "a"}          | 400 | INT-106 | at least 1
                    chat | {"settings": "max-attempts=many", "actor": "a"}       | 400 | INT-106 | no value of max-attempts
                    chat | {"settings": "max-attempts", "actor": "a"}            | 400 | INT-106 | has no value
                    chat | {"settings": "jitter=none,jitter=full", "actor": "a"} | 400 | INT-106 | twice
                    chat | {"settings": "", "actor": "a"}                        | 400 | INT-106 | has no settings
                    chat | {"settings": "max-attempts=5"}                        | 400 | INT-106 | has no actor
                    chat | {"settings": "max-attempts=5", "actor": " "}          | 400 | INT-106 | has no actor
                    chat | {"settings": "max-attempts=5", "actor": "a", "expiresAfter": "0s"} | 400 | INT-106 | ends is
                    chat | {"breaker": "open", "actor": "a", "expiresAfter": "-1s"} | 400 | INT-106 | ends is
                    chat | {"actor": "a"}                                        | 400 | INT-106 | either settings or breaker
                    chat | {"settings": "max-attempts=5", "breaker": "open", "actor": "a"} | 400 | INT-106 | either settings or
                    chap | {"settings": "max-attempts=5", "actor": "a"}          | 404 | INT-120 | Did you mean 'chat'
                    """)
    void whatCannotWorkIsRefusedAndChangesNothing(String policy, String body, int status, String code, String message)
            throws Exception {
        Answer answer = this.application.post("/policies/" + policy, body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().at("/code").asString()).isEqualTo(code);
        assertThat(answer.json().at("/message").asString()
                        + answer.json().at("/action").asString())
                .contains(message);
        assertThat(attemptsOfACall()).isEqualTo(2);
        assertThat(this.application.get("").json().at("/changes")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"breaker": "ajar", "actor": "a"}
                    {"settings": "max-attempts=5", "actor": "a", "expiresAfter": "soon"}
                    {"settings": {"max-attempts": 5}, "actor": "a"}
                    {"settings":
                    """)
    void whatCannotBeReadIsRefused(String body) throws Exception {
        assertThat(post(body).status()).isEqualTo(400);
        assertThat(this.application.post("/polices/chat", body).status()).isEqualTo(400);
        assertThat(this.application.get("").json().at("/changes")).isEmpty();
    }

    @Test
    void theActorIsWhoIsLoggedInWhateverTheRequestSays() throws Exception {
        Answer answer = this.application.post(CHAT, """
                {"settings": "max-attempts=5", "actor": "somebody else"}""", "carol");
        assertThat(answer.json().at("/changes/0/actor").asString()).isEqualTo("carol");

        Answer forced = this.application.post(CHAT, """
                {"breaker": "open"}""", "carol");
        assertThat(forced.json().at("/held/actor").asString()).isEqualTo("carol");
    }

    @Test
    void aPolicyIsShownWithWhatItsOperationsShare() throws Exception {
        JsonNode chat = this.application.get(CHAT).json();
        assertThat(chat.at("/policy").asString()).isEqualTo("chat");
        assertThat(chat.at("/breaker/mode").asString()).isEqualTo("ENFORCE");
        assertThat(chat.at("/limits/running").asInt()).isZero();
        assertThat(chat.at("/limits/permitsLeft").asInt()).isBetween(1, 1000);
        assertThat(chat.at("/settings/bulkhead.max-concurrent/value").asString())
                .isEqualTo("7");
        assertThat(this.application.get("").json().at("/limits/0/policy").asString())
                .isEqualTo("chat");
        assertThat(this.application.get("/policies/idle").json().at("/breaker").isMissingNode())
                .isTrue();
        assertThat(this.application.get("/policies/chap").status()).isEqualTo(404);
    }

    @Test
    void aPolicyWithoutBreakerCannotBeHeld() throws Exception {
        Answer answer = this.application.post("/policies/idle", """
                {"breaker": "open", "actor": "alice"}""");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().at("/message").asString()).contains("no circuit breaker 'idle'");
    }

    @Test
    void writesAreRefusedUntilSomebodyAllowsThem() throws Exception {
        try (EndpointApplication readOnly = start("spring.application.name=shop")) {
            assertThat(readOnly.get(CHAT).status()).isEqualTo(200);
            assertThat(readOnly.post(CHAT, """
                    {"settings": "max-attempts=5", "actor": "alice"}""").status()).isEqualTo(405);
            assertThat(readOnly.delete(CHAT + "?actor=alice").status()).isEqualTo(405);
            assertThat(attemptsOfACall(readOnly)).isEqualTo(2);
        }
    }

    @Test
    void theEndpointItselfAsksForAnActor() {
        IntegrationEndpoint endpoint = this.application.bean(IntegrationEndpoint.class);
        endpoint.change(IntegrationEndpoint.Part.POLICIES, "chat", "max-attempts=4", null, "console", null);
        assertThat(attemptsOfACall()).isEqualTo(4);
        endpoint.reset(IntegrationEndpoint.Part.POLICIES, "chat", "console");
        assertThat(attemptsOfACall()).isEqualTo(2);
    }

    private int attemptsOfACall() {
        return attemptsOfACall(this.application);
    }

    private static int attemptsOfACall(EndpointApplication running) {
        Chat chat = running.bean(Chat.class);
        int before = chat.attempts();
        assertThatExceptionOfType(IntegrationException.class)
                .isThrownBy(chat::ask)
                .withMessage("down");
        return chat.attempts() - before;
    }

    private void assertRefused() {
        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(this.application.bean(Chat.class)::ask)
                .withMessageContaining("INT-201");
    }

    private Answer post(String json) throws Exception {
        return this.application.post(CHAT, json);
    }

    private static EndpointApplication start(String access) {
        return EndpointApplication.start(
                Application.class,
                "integration",
                access,
                "integration.reliable.policies.idle.max-attempts=1",
                "integration.reliable.policies.chat.max-attempts=2",
                "integration.reliable.policies.chat.base-delay=1ms",
                "integration.reliable.policies.chat.retry-budget.enabled=false",
                "integration.reliable.policies.chat.circuit-breaker.minimum-calls=1000",
                "integration.reliable.policies.chat.circuit-breaker.window-size=1000",
                "integration.reliable.policies.chat.rate-limit.permits=1000",
                "integration.reliable.policies.chat.rate-limit.period=1ms",
                "integration.reliable.policies.chat.bulkhead.max-concurrent=7");
    }

    @Configuration(proxyBeanMethods = false)
    @WithWebEndpoints
    @ImportAutoConfiguration({
        CallAutoConfiguration.class,
        ReliableAutoConfiguration.class,
        VerificationAutoConfiguration.class,
        IntegrationEndpointAutoConfiguration.class
    })
    static class Application {

        @Bean
        ManualTime time() {
            return new ManualTime();
        }

        @Bean
        Chat chat() {
            return new Chat();
        }

        /** Stands for the security of the application. */
        @Bean
        Filter login() {
            return (request, response, chain) -> {
                String user = ((HttpServletRequest) request).getHeader(EndpointApplication.USER);
                chain.doFilter(
                        (user != null) ? new LoggedIn((HttpServletRequest) request, () -> user) : request, response);
            };
        }
    }

    private static final class LoggedIn extends HttpServletRequestWrapper {

        private final Principal principal;

        LoggedIn(HttpServletRequest request, Principal principal) {
            super(request);
            this.principal = principal;
        }

        @Override
        public Principal getUserPrincipal() {
            return this.principal;
        }
    }

    static class Chat {

        private final AtomicInteger attempts = new AtomicInteger();

        private volatile boolean down = true;

        @Reliable("chat")
        public void ask() {
            this.attempts.incrementAndGet();
            if (this.down) {
                throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
            }
        }

        public void down(boolean isDown) {
            this.down = isDown;
        }

        public int attempts() {
            return this.attempts.get();
        }
    }
}
