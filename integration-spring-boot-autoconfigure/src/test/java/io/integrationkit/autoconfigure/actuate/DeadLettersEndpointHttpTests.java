package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.actuate.EndpointApplication.Answer;
import io.integrationkit.autoconfigure.actuate.EndpointApplication.WithWebEndpoints;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.ReplayAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.context.CurrentTenant;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.deadletter.ReplayedMessage;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AbstractAuditListener;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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
            assertThat(application.delete("/jobs/" + id + "?reason=x").status()).isEqualTo(405);
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

    @ParameterizedTest
    @CsvSource({
        "kind, MESSAGE, call",
        "name, github-events, other",
        "category, permanent, temporary",
        "status, NEW, parked",
        "key, repository, other",
        "fingerprint, ${fingerprint}, other",
        "eventType, com.github.star, other",
        "tenant, acme, other",
        "text, REFUSED, other",
        "since, 2020-01-01T00:00:00Z, 2999-01-01T00:00:00Z",
        "before, 2999-01-01T00:00:00Z, 2020-01-01T00:00:00Z"
    })
    void eachConditionHoldsForWhatIsShownAndForWhatIsChanged(String condition, String met, String notMet)
            throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");
            DeadLetter entry = deadLetters(application).find(id).orElseThrow();
            String value = met.replace("${fingerprint}", entry.fingerprint());

            assertThat(shown(application, condition + "=" + notMet)).containsExactly(0, 0, 0, 0);
            assertThat(changed(application, condition, notMet)).isZero();
            assertThat(shown(application, condition + "=" + value)).containsExactly(1, 1, 1, 1);
            assertThat(changed(application, condition, value)).isEqualTo(1);
        }
    }

    /** How many entries the list, the groups, the preview and the export show. */
    private static List<Integer> shown(EndpointApplication application, String condition) throws Exception {
        return List.of(
                application.get("?" + condition).json().at("/entries").size(),
                application.get("/groups?" + condition).json().at("/groups").size(),
                application.get("/preview?" + condition).json().at("/entries").asInt(),
                (int) application.get("/export?" + condition).body().lines().count());
    }

    private static int changed(EndpointApplication application, String condition, String value) throws Exception {
        return application
                .post(
                        "",
                        "{\"action\":\"park\",\"actor\":\"anna\",\"reason\":\"later\",\"%s\":\"%s\"}"
                                .formatted(condition, value))
                .json()
                .at("/changed")
                .asInt();
    }

    @Test
    void aConditionThatIsMisspeltIsRefusedAndNothingIsChanged() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");

            for (String path : List.of("", "/groups", "/preview", "/export")) {
                assertThat(application.get(path + "?nam=elsewhere").status())
                        .as(path)
                        .isEqualTo(400);
            }
            for (String action : List.of("discard", "park", "replay")) {
                assertThat(application
                                .post(
                                        "",
                                        "{\"action\":\"%s\",\"actor\":\"anna\",\"reason\":\"later\",\"nam\":\"elsewhere\"}"
                                                .formatted(action))
                                .status())
                        .as(action)
                        .isEqualTo(400);
            }

            assertThat(deadLetters(application).find(id).orElseThrow().status()).isEqualTo(DeadLetter.Status.NEW);
        }
    }

    @Test
    void theWholeListIsCachedWhereTheApplicationSaysSoAndAFilteredOneIsNot() throws Exception {
        try (EndpointApplication application = start("management.endpoint.deadletters.cache.time-to-live=1h")) {
            assertThat(application.get("").json().at("/entries")).isEmpty();
            store(application, "m-1");

            assertThat(application.get("").json().at("/entries")).isEmpty();
            assertThat(application.get("?status=new").json().at("/entries")).hasSize(1);
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
    void anEntryIsShownMaskedWithItsHistory() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");
            application.post("/" + id, change("park", "ask first"));

            JsonNode shown = application.get("/" + id).json();

            assertThat(shown.at("/entry/status").asString()).isEqualTo("PARKED");
            assertThat(shown.at("/history/0/action").asString()).isEqualTo("PARKED");
            assertThat(shown.at("/history/0/actor").asString()).isEqualTo("anna");
            assertThat(shown.at("/history/0/reason").asString()).isEqualTo("ask first");
            assertThat(shown.toString()).doesNotContain("canary");
        }
    }

    @Test
    void revealingIsARightOfItsOwnAndIsToldInTheHistory() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");
            Answer refused = application.post("/" + id, change("reveal", "the customer asks"));
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.json().at("/code").asString()).isEqualTo("INT-608");
            assertThat(refused.body()).doesNotContain("canary");
        }
        try (EndpointApplication application = start(WRITABLE, "integration.dead-letters.reveal=true")) {
            String id = store(application, "m-1");
            Answer revealed = application.post("/" + id, change("reveal", "the customer asks"));
            assertThat(revealed.status()).isEqualTo(200);
            assertThat(revealed.body()).contains("canary-in-payload", "canary-in-header");
            assertThat(application.get("/" + id).json().at("/history/0/action").asString())
                    .isEqualTo("REVEALED");
        }
    }

    @Test
    void wrongQuestionsAreAnsweredWith400AndUnknownEntriesWith404() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");

            assertThat(application.get("?limit=0").status()).isEqualTo(400);
            assertThat(application.get("?limit=1001").status()).isEqualTo(400);
            assertThat(application.get("?status=gone").status()).isEqualTo(400);
            assertThat(application.get("?since=yesterday").status()).isEqualTo(400);
            assertThat(application.get("?after=nowhere").status()).isEqualTo(400);
            for (String change : new String[] {
                "{}", "{\"actor\":\"anna\"}", "{\"actor\":\"anna\",\"reason\":\" \"}", "{\"reason\":\"why\"}"
            }) {
                Answer answer = application.post("/" + id, change);
                assertThat(answer.status()).as(change).isEqualTo(400);
                assertThat(answer.json().at("/action").asString()).as(change).startsWith("Say in");
                assertThat(application.post("", change).status()).as(change).isEqualTo(400);
            }
            assertThat(application.post("", change("reveal", "all")).status()).isEqualTo(400);
            assertThat(application
                            .post("", "{\"actor\":\"anna\",\"reason\":\"x\",\"rate\":-1}")
                            .json()
                            .at("/code")
                            .asString())
                    .isEqualTo("INT-610");
            assertThat(application.get("/nowhere").status()).isEqualTo(404);
            assertThat(application.get("/jobs/nowhere").status()).isEqualTo(404);
            assertThat(application.post("/nowhere", change("replay", "x")).status())
                    .isEqualTo(404);
            assertThat(application.post("/nowhere", change("discard", "x")).status())
                    .isEqualTo(404);
            assertThat(application.delete("/jobs/nowhere?actor=anna&reason=x").status())
                    .isEqualTo(404);
            assertThat(deadLetters(application).find(id).orElseThrow().status()).isEqualTo(Status.NEW);
        }
    }

    @Test
    void anEntryIsReplayedOnce() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");

            Answer first = application.post("/" + id, change("replay", "mended"));
            Answer second = application.post("/" + id, change("replay", "again"));

            assertThat(first.status()).isEqualTo(200);
            assertThat(first.json().at("/outcome").asString()).isEqualTo("REPLAYED");
            assertThat(second.status()).isEqualTo(409);
            assertThat(second.json().at("/code").asString()).isEqualTo("INT-602");
            assertThat(application.bean(Audit.class).told)
                    .extracting((event) -> event.getType() + " " + event.getPrincipal())
                    .startsWith("DEAD_LETTERS_REPLAY anna");
        }
    }

    @Test
    void aReplayThatFailsSaysWhatItMet() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "broken");

            Answer answer = application.post("/" + id, change("replay", "try"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().at("/outcome").asString()).isEqualTo("FAILED");
            assertThat(answer.json().at("/detail").asString()).contains("the outbox is closed");
        }
    }

    @Test
    void aSelectionIsLookedAtAndThenReplayedAsAJob() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            for (int i = 0; i < 12; i++) {
                store(application, "m-" + i);
            }
            String parked = store(application, "later");
            application.post("/" + parked, change("park", "later"));

            JsonNode preview = application.get("/preview?name=github-events").json();
            assertThat(preview.at("/entries").asInt()).isEqualTo(12);
            assertThat(preview.at("/parkedLeftOut").asInt()).isEqualTo(1);
            assertThat(preview.at("/names/0/name").asString()).isEqualTo("github-events");
            assertThat(preview.at("/checked").asInt()).isEqualTo(12);
            assertThat(preview.at("/obstacles")).isEmpty();
            assertThat(deadLetters(application).replayedTotal()).isZero();

            JsonNode job = application
                    .post(
                            "",
                            "{\"name\":\"github-events\",\"kind\":\"message\",\"rate\":500,\"ladder\":\"1,5\","
                                    + "\"actor\":\"anna\",\"reason\":\"mended\"}")
                    .json();
            assertThat(job.at("/total").asInt()).isEqualTo(12);
            assertThat(job.at("/by/actor").asString()).isEqualTo("anna");
            String path = "/jobs/" + job.at("/id").asString();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> application
                            .get(path)
                            .json()
                            .at("/status")
                            .asString()
                            .equals("COMPLETED"));
            assertThat(application.get(path).json().at("/progress/replayed").asInt())
                    .isEqualTo(12);
            assertThat(application.get("/jobs").json().at("/jobs")).hasSize(1);
            assertThat(application.delete(path + "?actor=anna&reason=late").status())
                    .isEqualTo(409);
            assertThat(deadLetters(application).find(parked).orElseThrow().status())
                    .isEqualTo(Status.PARKED);
        }
    }

    @Test
    void whatIsInTheWayOfAReplayIsSeenBefore() throws Exception {
        try (EndpointApplication application = start()) {
            store(application, "unknown");
            store(application, "unknown-too");

            JsonNode preview = application.get("/preview").json();

            assertThat(preview.at("/obstacles")).hasSize(1);
            assertThat(preview.at("/obstacles/0/entries").asInt()).isEqualTo(2);
            assertThat(preview.at("/obstacles/0/code").asString()).isEqualTo("INT-201");
        }
    }

    @Test
    void failuresOfOneKindAreAGroup() throws Exception {
        try (EndpointApplication application = start()) {
            store(application, "m-1");
            store(application, "m-2");

            JsonNode groups = application.get("/groups").json().at("/groups");

            assertThat(groups).hasSize(1);
            assertThat(groups.at("/0/count").asInt()).isEqualTo(2);
            assertThat(groups.at("/0/message").asString()).isEqualTo("refused");
        }
    }

    @Test
    void entriesAreExportedOneALineAndNothingIsLeftBehind() throws Exception {
        try (EndpointApplication application = start()) {
            for (int i = 0; i < 3; i++) {
                store(application, "m-" + i);
            }

            Answer export = application.get("/export?name=github-events");

            assertThat(export.status()).isEqualTo(200);
            assertThat(export.body().lines()).hasSize(3).allSatisfy((line) -> {
                JsonNode entry = JsonMapper.shared().readTree(line);
                assertThat(entry.at("/messageId").asString()).startsWith("m-");
            });
            assertThat(export.body()).doesNotContain("canary");
            assertThat(application.get("/export?name=other").body()).isEmpty();
        }
    }

    @Test
    void selectionsAreDiscardedParkedAndTakenUp() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            store(application, "m-1");
            store(application, "m-2");

            assertThat(application
                            .post("", change("park", "later"))
                            .json()
                            .at("/changed")
                            .asInt())
                    .isEqualTo(2);
            assertThat(application
                            .post("", change("discard", "x"))
                            .json()
                            .at("/changed")
                            .asInt())
                    .isZero();
            assertThat(application
                            .post("", change("unpark", "now"))
                            .json()
                            .at("/changed")
                            .asInt())
                    .isEqualTo(2);
            assertThat(application
                            .post("", change("discard", "x"))
                            .json()
                            .at("/changed")
                            .asInt())
                    .isEqualTo(2);
            assertThat(application.get("").json().at("/counts/discarded").asInt())
                    .isEqualTo(2);
        }
    }

    @Test
    void anEntryIsDiscardedWithItsReason() throws Exception {
        try (EndpointApplication application = start(WRITABLE)) {
            String id = store(application, "m-1");

            Answer answer = application.post("/" + id, change("discard", "customer left"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().at("/status").asString()).isEqualTo("DISCARDED");
            assertThat(answer.json().at("/note").asString()).isEqualTo("customer left");
            Answer again = application.post("/" + id, change("discard", "again"));
            assertThat(again.status()).isEqualTo(409);
            assertThat(again.json().at("/note").asString()).isEqualTo("customer left");
        }
    }

    @Test
    void noAnswerSpeaksOfWhatIsNull() throws Exception {
        try (EndpointApplication application = start(WRITABLE, "integration.dead-letters.reveal=true")) {
            String id = store(application, "m-1");
            store(application, "unknown");
            String job = application
                    .post("", "{\"actor\":\"anna\",\"reason\":\"mended\",\"name\":\"other\"}")
                    .json()
                    .at("/id")
                    .asString();

            List<Answer> answers = List.of(
                    application.get(""),
                    application.get("/" + id),
                    application.get("/groups"),
                    application.get("/preview"),
                    application.get("/jobs"),
                    application.get("/jobs/" + job),
                    application.post("", "{\"actor\":\"anna\",\"reason\":\"mended\",\"name\":\"other\"}"),
                    application.post("/" + id, change("reveal", "the customer asks")),
                    application.post("/" + id, change("park", "later")),
                    application.post("/" + id, change("park", "again")),
                    application.post("/" + id, change("unpark", "now")),
                    application.post("/" + id, change("replay", "mended")),
                    application.post("/" + id, change("replay", "again")),
                    application.delete("/jobs/" + job + "?actor=anna&reason=late"));

            assertThat(answers).extracting(Answer::status).containsOnly(200, 409);
            assertThat(answers)
                    .allSatisfy((answer) ->
                            assertThat(answer.body()).startsWith("{").doesNotContain("null"));
        }
    }

    private static String change(String action, String reason) {
        return "{\"action\":\"%s\",\"actor\":\"anna\",\"reason\":\"%s\"}".formatted(action, reason);
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
                        "com.github.star",
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
        ReplayAutoConfiguration.class,
        DeadLettersEndpointAutoConfiguration.class
    })
    static class Application {

        @Bean
        Audit audit() {
            return new Audit();
        }

        @Bean
        CurrentTenant tenant() {
            return () -> "acme";
        }

        @Bean
        MessageReplayer sender() {
            return new MessageReplayer() {
                @Override
                public void replay(ReplayedMessage message) {
                    if (message.messageId().equals("broken")) {
                        throw new IllegalStateException("the outbox is closed");
                    }
                }

                @Override
                public void check(ReplayedMessage message) {
                    if (message.messageId().startsWith("unknown")) {
                        throw new RejectedException(ProblemCode.CIRCUIT_OPEN, "not here", null);
                    }
                }
            };
        }
    }

    /** Takes what is told to the audit log. */
    static class Audit extends AbstractAuditListener {

        final List<AuditEvent> told = new CopyOnWriteArrayList<>();

        @Override
        protected void onAuditEvent(AuditEvent event) {
            this.told.add(event);
        }
    }
}
