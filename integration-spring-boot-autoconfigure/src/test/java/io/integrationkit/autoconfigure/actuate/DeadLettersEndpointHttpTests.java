package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.actuate.EndpointApplication.Answer;
import io.integrationkit.autoconfigure.actuate.EndpointApplication.WithWebEndpoints;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** The endpoint as an operator meets it, over HTTP. */
class DeadLettersEndpointHttpTests {

    private static final String WRITABLE = "management.endpoint.deadletters.access=unrestricted";

    @Test
    void writesAreRefusedUntilSomebodyAllowsThem() throws Exception {
        try (EndpointApplication application = start()) {
            String id = store(application, "m-1");

            assertThat(application.get("/" + id).status()).isEqualTo(200);
            assertThat(application.post("/" + id, null).status()).isEqualTo(405);
            assertThat(application.post("", "{}").status()).isEqualTo(405);
            assertThat(application.delete("/" + id + "?reason=x").status()).isEqualTo(405);
            assertThat(deadLetters(application).find(id).orElseThrow().status()).isEqualTo(Status.NEW);
        }
    }

    @Test
    void entriesAreListedByPageAndFilterWithTheirCounts() throws Exception {
        try (EndpointApplication application = start()) {
            String first = store(application, "m-1");
            String second = store(application, "m-2");
            deadLetters(application).discard(first, "obsolete");

            JsonNode all = application.get("?limit=1").json();
            assertThat(all.at("/counts/new").asInt()).isEqualTo(1);
            assertThat(all.at("/counts/discarded").asInt()).isEqualTo(1);
            assertThat(all.at("/entries")).hasSize(1);
            assertThat(all.at("/entries/0/id").asString()).isEqualTo(first);

            JsonNode rest = application
                    .get("?limit=5&after=" + all.at("/next").asString())
                    .json();
            assertThat(rest.at("/entries")).hasSize(1);
            assertThat(rest.at("/entries/0/id").asString()).isEqualTo(second);
            assertThat(rest.at("/next").isMissingNode() || rest.at("/next").isNull())
                    .isTrue();

            assertThat(application.get("?status=discarded").json().at("/entries"))
                    .hasSize(1);
            assertThat(application
                            .get("?kind=call&category=permanent&name=github-events")
                            .json()
                            .at("/entries"))
                    .isEmpty();
        }
    }

    @Test
    void whatIsNeededToSendAMessageAgainIsNeverShown() throws Exception {
        try (EndpointApplication application = start()) {
            String id = store(application, "m-1");

            assertThat(application.get("").body()).doesNotContain("canary").contains(id);
            assertThat(application.get("/" + id).body())
                    .doesNotContain("canary")
                    .contains("m-1");
        }
    }

    @Test
    void wrongQuestionsAreAnsweredWith400AndUnknownEntriesWith404() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");

            assertThat(application.get("?limit=0").status()).isEqualTo(400);
            assertThat(application.get("?limit=1001").status()).isEqualTo(400);
            assertThat(application.get("?status=gone").status()).isEqualTo(400);
            assertThat(application.get("?after=nowhere").status()).isEqualTo(400);
            assertThat(application.delete("/" + id).status()).isEqualTo(400);
            assertThat(application.delete("/" + id + "?reason=").status()).isEqualTo(400);
            assertThat(application.get("/nowhere").status()).isEqualTo(404);
            assertThat(application.post("/nowhere", null).status()).isEqualTo(404);
            assertThat(application.delete("/nowhere?reason=x").status()).isEqualTo(404);
        }
    }

    @Test
    void anEntryIsReplayedOnce() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");

            Answer first = application.post("/" + id, null);
            Answer second = application.post("/" + id, "{}");

            assertThat(first.status()).isEqualTo(200);
            assertThat(first.json().at("/outcome").asString()).isEqualTo("REPLAYED");
            assertThat(second.status()).isEqualTo(409);
            assertThat(second.json().at("/code").asString()).isEqualTo("INT-602");
        }
    }

    @Test
    void aReplayThatFailsSaysWhatItMet() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "broken");

            Answer answer = application.post("/" + id, null);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().at("/outcome").asString()).isEqualTo("FAILED");
            assertThat(answer.json().at("/detail").asString()).contains("the outbox is closed");
        }
    }

    @Test
    void aSelectionIsReplayedAndSaysWhyItStopped() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            store(application, "m-1");
            String refused = store(application, "refused");
            store(application, "m-3");

            Answer other = application.post("", "{\"name\":\"other-topic\"}");
            assertThat(other.json().at("/replayed").asInt()).isZero();

            JsonNode summary = application
                    .post("", "{\"name\":\"github-events\",\"kind\":\"message\",\"limit\":10}")
                    .json();
            assertThat(summary.at("/replayed").asInt()).isEqualTo(1);
            assertThat(summary.at("/failed").asInt()).isEqualTo(1);
            assertThat(summary.at("/failures/0/id").asString()).isEqualTo(refused);
            assertThat(summary.at("/stopped").asString()).contains("INT-201");
        }
    }

    @Test
    void anEntryIsDiscardedWithItsReason() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");

            Answer answer = application.delete("/" + id + "?reason=customer%20left");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().at("/status").asString()).isEqualTo("DISCARDED");
            assertThat(answer.json().at("/note").asString()).isEqualTo("customer left");
            Answer again = application.delete("/" + id + "?reason=again");
            assertThat(again.status()).isEqualTo(200);
            assertThat(again.json().at("/note").asString()).isEqualTo("customer left");
        }
    }

    @Test
    void aResolvedEntryIsNotDiscarded() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");
            application.post("/" + id, null);

            Answer answer = application.delete("/" + id + "?reason=late");

            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.json().at("/status").asString()).isEqualTo("RESOLVED");
        }
    }

    private static EndpointApplication start(String... properties) {
        return EndpointApplication.start(Application.class, "deadletters", properties);
    }

    private static DeadLetters deadLetters(EndpointApplication application) {
        return application.bean(DeadLetters.class);
    }

    private static String store(EndpointApplication application, String messageId) {
        return deadLetters(application)
                .storeMessage(new DeadLetterMessage(
                        "github-events",
                        "repository",
                        messageId,
                        null,
                        1,
                        "text/plain",
                        Map.of("Authorization", "canary-in-header"),
                        "canary-in-payload".getBytes(StandardCharsets.UTF_8),
                        Failure.of(FailureCategory.PERMANENT),
                        new IllegalStateException("refused"),
                        1));
    }

    @Configuration(proxyBeanMethods = false)
    @WithWebEndpoints
    @ImportAutoConfiguration({
        CallAutoConfiguration.class,
        ReliableAutoConfiguration.class,
        DeadLetterAutoConfiguration.class,
        DeadLettersEndpointAutoConfiguration.class
    })
    static class Application {

        @Bean
        MessageReplayer sender() {
            return (message) -> {
                switch (message.messageId()) {
                    case "broken" -> throw new IllegalStateException("the outbox is closed");
                    case "refused" ->
                        throw new RejectedException(ProblemCode.CIRCUIT_OPEN, "the breaker is open", null);
                    default -> {}
                }
            };
        }
    }
}
