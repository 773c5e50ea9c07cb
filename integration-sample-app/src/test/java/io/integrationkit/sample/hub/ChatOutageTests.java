package io.integrationkit.sample.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.demo.LoadDriver;
import io.integrationkit.sample.demo.WebhookDelivery;
import io.integrationkit.sample.downstream.Effect;
import io.integrationkit.sample.downstream.MisbehavingDownstream;
import io.integrationkit.sample.downstream.Misbehaviour;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** An outage of the chat from its beginning to its end, through HTTP alone, as {@code docs/dead-letters.md} shows it. */
@SuppressWarnings("NullAway.Init")
class ChatOutageTests {

    private static final String SECRET = "known to the sender";

    /** More than the breaker takes to open, even if the retry budget allows none of them a second attempt. */
    private static final int DELIVERIES = 30;

    private MisbehavingDownstream chat;

    private RunningHub hub;

    @BeforeEach
    void start() {
        this.chat = MisbehavingDownstream.start(Misbehaviour.none(), TimeSource.system());
        this.hub = new RunningHub("--hub.chat.url=" + this.chat.url(), "--hub.github.secret=" + SECRET);
    }

    @AfterEach
    void stop() {
        this.hub.close();
        this.chat.close();
    }

    @Test
    void whatIsGivenUpInItIsPostedByItselfOnceTheChatIsBackAndTheCircuitBreakerCloses() throws Exception {
        ask(this.chat.outageUrl().toString());
        List<WebhookDelivery> deliveries = deliveries();
        new LoadDriver(this.hub.url().resolve("/webhooks/github"), SECRET, TimeSource.system()).send(deliveries, 1);
        patiently().until(() -> breaker().path("opened").asInt() > 0 && count("new") > 0);
        assertThat(breaker().path("state").asString()).isNotEqualTo("CLOSED");
        assertThat(get("/deadletters/jobs").path("jobs")).isEmpty();
        assertThat(this.chat.log().effects()).isEmpty();

        ask(this.chat.repairUrl().toString());

        patiently().until(() -> breaker().path("state").asString().equals("CLOSED"));
        patiently().until(() -> count("new") == 0 && count("replaying") == 0);
        assertThat(this.chat.log().faults())
                .as("what it answered in the outage")
                .hasSize(1);
        patiently().until(() -> this.chat.log().effectCount() >= DELIVERIES);
        assertThat(this.chat.log().effects())
                .extracting(Effect::deliveryId)
                .containsExactlyInAnyOrderElementsOf(
                        deliveries.stream().map(WebhookDelivery::id).toList());

        patiently().until(() -> !job().path("status").asString().equals("RUNNING"));
        JsonNode job = job();
        assertThat(job.path("status").asString()).as("%s", job).isEqualTo("COMPLETED");
        assertThat(job.path("by").path("actor").asString()).isEqualTo("integration-kit");
        assertThat(job.path("by").path("reason").asString()).isEqualTo("circuit breaker 'chat' closed");
        assertThat(job.path("request").path("entriesPerSecond").asInt()).isEqualTo(20);
        assertThat(job.path("progress").path("replayed").asInt()).isEqualTo(count("resolved"));
        for (JsonNode entry : get("/deadletters").path("entries")) {
            assertThat(entry.path("category").asString()).isEqualTo("TEMPORARY");
            assertThat(get("/deadletters/" + entry.path("id").asString()).path("history"))
                    .anySatisfy((change) ->
                            assertThat(change.path("actor").asString()).isEqualTo("integration-kit"));
        }
    }

    /** All of one repository, so that they are handled one after the other. */
    private static List<WebhookDelivery> deliveries() {
        byte[] body =
                "{\"action\":\"opened\",\"repository\":{\"full_name\":\"acme/shop\"}}".getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, DELIVERIES)
                .mapToObj((i) -> new WebhookDelivery("d-" + i, "issues", "acme/shop", body))
                .toList();
    }

    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(20));
    }

    private int count(String status) {
        return get("/deadletters").path("counts").path(status).asInt();
    }

    private JsonNode job() {
        return get("/deadletters/jobs?limit=1").path("jobs").path(0);
    }

    private JsonNode breaker() {
        for (JsonNode breaker : get("/integration").path("breakers")) {
            if (breaker.path("name").asString().equals("chat")) {
                return breaker;
            }
        }
        throw new AssertionError("The policy of the chat has no circuit breaker");
    }

    private JsonNode get(String path) {
        NoteClient client = this.hub.client();
        try {
            NoteClient.Answer answer = client.send(client.request("/actuator" + path));
            assertThat(answer.status()).as(path).isEqualTo(200);
            return answer.json();
        } catch (Exception ex) {
            throw new AssertionError(path, ex);
        }
    }

    private void ask(String url) throws Exception {
        NoteClient client = this.hub.client();
        assertThat(client.send(client.request(url).POST(BodyPublishers.noBody()))
                        .status())
                .isEqualTo(200);
    }
}
