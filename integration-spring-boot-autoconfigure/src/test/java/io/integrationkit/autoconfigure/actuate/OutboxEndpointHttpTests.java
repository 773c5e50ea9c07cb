package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.actuate.EndpointApplication.Answer;
import io.integrationkit.autoconfigure.actuate.EndpointApplication.WithWebEndpoints;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.outbox.OutboxAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.outbox.MessageDestination;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import io.integrationkit.outbox.OutboxRecord;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** The outbox is looked at and paused as an operator does it, over HTTP. */
class OutboxEndpointHttpTests {

    private static final String WRITABLE = "management.endpoint.outbox.access=unrestricted";

    private final List<EndpointApplication> running = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        this.running.forEach(EndpointApplication::close);
    }

    @Test
    void messagesOfAPausedDestinationWaitAndGoOnWhenItIsResumed() throws Exception {
        EndpointApplication application = start(WRITABLE);
        assertThat(application.post("", """
                {"action": "pause", "destination": "orders", "actor": "alice"}""").json().at("/changed").asBoolean()).isTrue();
        application.bean(Outbox.class).publish(OutboxMessage.of("order.placed", "orders", "{\"secret\":1}".getBytes()));

        JsonNode shown = application.get("").json();

        assertThat(shown.at("/messages").asInt()).isEqualTo(1);
        assertThat(shown.at("/destinations/0/name").asString()).isEqualTo("orders");
        assertThat(shown.at("/destinations/0/paused").asBoolean()).isTrue();
        assertThat(shown.at("/diagnoses/0/code").asString()).isEqualTo("INT-344");
        assertThat(shown.at("/instance/published").asInt()).isEqualTo(1);
        assertThat(shown.at("/shards")).isNotEmpty();
        assertThat(shown.toString()).doesNotContain("secret");
        assertThat(application.bean(Orders.class).received).isEmpty();

        application.post("", """
                {"action": "resume", "destination": "orders", "actor": "alice"}""");

        await().untilAsserted(() ->
                assertThat(application.bean(Orders.class).received).hasSize(1));
        await().untilAsserted(() ->
                assertThat(application.get("").json().at("/messages").asInt()).isZero());
    }

    @Test
    void blockedKeysAreListedPageByPageFoundAndLetGo() throws Exception {
        EndpointApplication application = start(WRITABLE, "integration.outbox.on-refused=block-key");
        refuse(application, "a", "b", "c");
        awaitHeld(application, "/counts/blocked", 3);

        JsonNode first = application.get("/keys?limit=2").json();
        assertThat(first.at("/counts").toString()).isEqualTo("{\"parked\":0,\"blocked\":3}");
        assertThat(first.at("/keys/0").propertyNames())
                .containsExactlyInAnyOrder(
                        "destination", "key", "state", "headMessageId", "category", "problem", "since");
        assertThat(first.at("/keys/0/destination").asString()).isEqualTo("orders");
        assertThat(first.at("/keys/0/key").asString()).isEqualTo("a");
        assertThat(first.at("/keys/0/state").asString()).isEqualTo("BLOCKED");
        assertThat(first.at("/keys/0/category").asString()).isEqualTo("PERMANENT");
        assertThat(first.at("/next").toString()).isEqualTo("{\"destination\":\"orders\",\"key\":\"b\"}");
        assertThat(first.toString()).doesNotContain("secret");
        JsonNode last = application
                .get("/keys?limit=2&afterDestination=orders&afterKey=b")
                .json();
        assertThat(last.at("/keys")).hasSize(1);
        assertThat(last.at("/keys/0/key").asString()).isEqualTo("c");
        assertThat(last.at("/next").isNull() || last.at("/next").isMissingNode())
                .isTrue();

        JsonNode shown = application.get("").json();
        assertThat(shown.at("/destinations/0/heldKeys/blocked").asInt()).isEqualTo(3);
        assertThat(shown.at("/diagnoses/0/code").asString()).isEqualTo("INT-345");

        application.bean(Orders.class).refusing = false;
        String unblock = """
                {"action": "unblock", "destination": "orders", "key": "a", "actor": "alice"}""";
        assertThat(application.post("", unblock).json().at("/changed").asBoolean())
                .isTrue();
        assertThat(application.post("", unblock).json().at("/changed").asBoolean())
                .isFalse();
        String discard = """
                {"action": "discard_head", "destination": "orders", "key": "b", "actor": "alice"}""";
        assertThat(application.post("", discard).json().at("/changed").asBoolean())
                .isTrue();
        assertThat(application.post("", discard).json().at("/changed").asBoolean())
                .isFalse();
        await().untilAsserted(
                        () -> assertThat(application.bean(Orders.class).keys()).containsExactly("a"));
        assertThat(application.get("/keys").json().at("/counts/blocked").asInt())
                .isEqualTo(1);
    }

    @Test
    void parkedKeysAreFoundAndReleased() throws Exception {
        EndpointApplication application = start(WRITABLE);
        refuse(application, "a");
        awaitHeld(application, "/counts/parked", 1);
        JsonNode shown = application.get("").json();
        assertThat(shown.at("/destinations/0/heldKeys/parked").asInt()).isEqualTo(1);
        assertThat(shown.at("/diagnoses/0/code").asString()).isEqualTo("INT-346");
        assertThat(shown.at("/instance/deadLettered").asInt()).isEqualTo(1);
        assertThat(shown.at("/instance/parked").isNumber()).isTrue();
        application.bean(Orders.class).refusing = false;
        String release = """
                {"action": "release_key", "destination": "orders", "key": "a", "actor": "alice"}""";
        JsonNode released = application.post("", release).json();
        assertThat(released.at("/changed").asBoolean()).isTrue();
        assertThat(released.at("/outbox/diagnoses")).isEmpty();
        assertThat(application.post("", release).json().at("/changed").asBoolean())
                .isFalse();
        assertThat(application.get("/keys").json().at("/keys")).isEmpty();
    }

    private static void refuse(EndpointApplication application, String... keys) {
        application.bean(Orders.class).refusing = true;
        for (String key : keys) {
            application
                    .bean(Outbox.class)
                    .publish(OutboxMessage.of("order.placed", "orders", "{\"secret\":1}".getBytes())
                            .withKey(key));
        }
    }

    private void awaitHeld(EndpointApplication application, String count, int expected) {
        await().untilAsserted(() ->
                assertThat(application.get("/keys").json().at(count).asInt()).isEqualTo(expected));
    }

    @Test
    void aPageThatCannotBeIsRefused() throws Exception {
        EndpointApplication application = start(WRITABLE);
        for (String query : List.of("?limit=0", "?limit=1001", "?afterKey=a", "?afterDestination=orders")) {
            assertThat(application.get("/keys" + query).status()).as(query).isEqualTo(400);
        }
        assertThat(application.get("/keys?afterDestination=orders&afterKey=").status())
                .isEqualTo(200);
    }

    @Test
    void aChangeThatCannotBeSaysWhatIsMissing() throws Exception {
        EndpointApplication application = start(WRITABLE);
        for (String body : List.of(
                "{\"action\": \"pause\", \"actor\": \"alice\"}",
                "{\"action\": \"pause\", \"destination\": \"orders\", \"shard\": 1, \"actor\": \"alice\"}",
                "{\"action\": \"pause\", \"destination\": \"orders\"}",
                "{\"action\": \"pause\", \"destination\": \"orders\", \"key\": \"a\", \"actor\": \"alice\"}",
                "{\"action\": \"pause\", \"destination\": \"%s\", \"actor\": \"a\"}".formatted("x".repeat(501)),
                "{\"action\": \"unblock\", \"destination\": \"orders\", \"actor\": \"alice\"}",
                "{\"action\": \"discard_head\", \"key\": \"a\", \"actor\": \"alice\"}",
                "{\"action\": \"release_key\", \"destination\": \"orders\", \"key\": \"a\", \"shard\": 1, \"actor\": \"a\"}",
                "{\"action\": \"unblock\", \"destination\": \"orders\", \"key\": \"a\"}",
                "{\"action\": \"release_lease\", \"shard\": 1, \"key\": \"a\", \"actor\": \"alice\"}",
                "{\"action\": \"release_lease\", \"actor\": \"alice\"}")) {
            Answer answer = application.post("", body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.json().at("/code").asString()).as(body).isEqualTo("INT-106");
            assertThat(answer.json().at("/action").asString()).as(body).isNotEmpty();
        }
        assertThat(application.get("").json().at("/destinations")).isEmpty();
    }

    @Test
    void itIsReadOnlyUnlessItIsAskedForMore() throws Exception {
        EndpointApplication application = start("management.endpoint.outbox.access=read-only");
        assertThat(application.get("").status()).isEqualTo(200);
        assertThat(application.post("", """
                {"action": "pause", "destination": "orders", "actor": "alice"}""").status()).isEqualTo(405);
        EndpointApplication asItComes = start("spring.application.name=shop");
        assertThat(asItComes.post("", """
                {"action": "pause", "destination": "orders", "actor": "alice"}""").status()).isEqualTo(405);
    }

    @Test
    void whereItIsNotExposedThereIsNone() throws Exception {
        assertThat(start("management.endpoints.web.exposure.include=health")
                        .get("")
                        .status())
                .isEqualTo(404);
        assertThat(start("management.endpoint.outbox.access=none").get("").status())
                .isEqualTo(404);
        assertThat(start("integration.outbox.enabled=false").get("").status()).isEqualTo(404);
    }

    private EndpointApplication start(String... properties) {
        EndpointApplication application = EndpointApplication.start(Application.class, "outbox", properties);
        this.running.add(application);
        return application;
    }

    static final class Orders implements MessageDestination {

        private final List<OutboxRecord> received = new CopyOnWriteArrayList<>();

        private volatile boolean refusing;

        List<String> keys() {
            return this.received.stream().map(OutboxRecord::key).toList();
        }

        @Override
        public boolean accepts(String destination) {
            return destination.equals("orders");
        }

        @Override
        public void send(OutboxRecord message, Completion completion) {
            if (this.refusing) {
                completion.failed(Failure.of(FailureCategory.PERMANENT), new IllegalStateException("refused"));
                return;
            }
            this.received.add(message);
            completion.acknowledged();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @WithWebEndpoints
    @ImportAutoConfiguration({
        CallAutoConfiguration.class,
        EventAutoConfiguration.class,
        DeadLetterAutoConfiguration.class,
        ReliableAutoConfiguration.class,
        OutboxAutoConfiguration.class,
        OutboxEndpointAutoConfiguration.class
    })
    static class Application {

        @Bean
        Orders orders() {
            return new Orders();
        }
    }
}
