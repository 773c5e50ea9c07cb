package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The outbox is looked at and paused as an operator does it, over HTTP. */
class OutboxEndpointHttpTests {

    private static final String WRITABLE = "management.endpoint.outbox.access=unrestricted";

    private final HttpClient client = HttpClient.newHttpClient();

    private final List<ConfigurableApplicationContext> running = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        this.running.forEach(ConfigurableApplicationContext::close);
    }

    @Test
    void messagesOfAPausedDestinationWaitAndGoOnWhenItIsResumed() throws Exception {
        ConfigurableApplicationContext application = start(WRITABLE);
        assertThat(post(application, """
                {"action": "pause", "destination": "orders", "actor": "alice"}""").json().at("/changed").asBoolean()).isTrue();
        application
                .getBean(Outbox.class)
                .publish(OutboxMessage.of("order.placed", "orders", "{\"secret\":1}".getBytes()));

        JsonNode shown = get(application).json();

        assertThat(shown.at("/messages").asInt()).isEqualTo(1);
        assertThat(shown.at("/destinations/0/name").asString()).isEqualTo("orders");
        assertThat(shown.at("/destinations/0/paused").asBoolean()).isTrue();
        assertThat(shown.at("/diagnoses/0/code").asString()).isEqualTo("INT-344");
        assertThat(shown.at("/instance/published").asInt()).isEqualTo(1);
        assertThat(shown.at("/shards")).isNotEmpty();
        assertThat(shown.toString()).doesNotContain("secret");
        assertThat(application.getBean(Orders.class).received).isEmpty();

        post(application, """
                {"action": "resume", "destination": "orders", "actor": "alice"}""");

        await().untilAsserted(() ->
                assertThat(application.getBean(Orders.class).received).hasSize(1));
        await().untilAsserted(() ->
                assertThat(get(application).json().at("/messages").asInt()).isZero());
    }

    @Test
    void blockedKeysAreListedPageByPageFoundAndLetGo() throws Exception {
        ConfigurableApplicationContext application = start(WRITABLE, "integration.outbox.on-refused=block-key");
        refuse(application, "a", "b", "c");
        awaitHeld(application, "/counts/blocked", 3);

        JsonNode first = get(application, "/keys?limit=2").json();
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
        JsonNode last = get(application, "/keys?limit=2&afterDestination=orders&afterKey=b")
                .json();
        assertThat(last.at("/keys")).hasSize(1);
        assertThat(last.at("/keys/0/key").asString()).isEqualTo("c");
        assertThat(last.at("/next").isNull() || last.at("/next").isMissingNode())
                .isTrue();

        JsonNode shown = get(application).json();
        assertThat(shown.at("/destinations/0/heldKeys/blocked").asInt()).isEqualTo(3);
        assertThat(shown.at("/diagnoses/0/code").asString()).isEqualTo("INT-345");

        application.getBean(Orders.class).refusing = false;
        String unblock = """
                {"action": "unblock", "destination": "orders", "key": "a", "actor": "alice"}""";
        assertThat(post(application, unblock).json().at("/changed").asBoolean()).isTrue();
        assertThat(post(application, unblock).json().at("/changed").asBoolean()).isFalse();
        String discard = """
                {"action": "discard_head", "destination": "orders", "key": "b", "actor": "alice"}""";
        assertThat(post(application, discard).json().at("/changed").asBoolean()).isTrue();
        assertThat(post(application, discard).json().at("/changed").asBoolean()).isFalse();
        await().untilAsserted(() ->
                assertThat(application.getBean(Orders.class).keys()).containsExactly("a"));
        assertThat(get(application, "/keys").json().at("/counts/blocked").asInt())
                .isEqualTo(1);
    }

    @Test
    void parkedKeysAreFoundAndReleased() throws Exception {
        ConfigurableApplicationContext application = start(WRITABLE);
        refuse(application, "a");
        awaitHeld(application, "/counts/parked", 1);
        JsonNode shown = get(application).json();
        assertThat(shown.at("/destinations/0/heldKeys/parked").asInt()).isEqualTo(1);
        assertThat(shown.at("/diagnoses/0/code").asString()).isEqualTo("INT-346");
        assertThat(shown.at("/instance/deadLettered").asInt()).isEqualTo(1);
        assertThat(shown.at("/instance/parked").isNumber()).isTrue();
        application.getBean(Orders.class).refusing = false;
        String release = """
                {"action": "release_key", "destination": "orders", "key": "a", "actor": "alice"}""";
        JsonNode released = post(application, release).json();
        assertThat(released.at("/changed").asBoolean()).isTrue();
        assertThat(released.at("/outbox/diagnoses")).isEmpty();
        assertThat(post(application, release).json().at("/changed").asBoolean()).isFalse();
        assertThat(get(application, "/keys").json().at("/keys")).isEmpty();
    }

    private static void refuse(ConfigurableApplicationContext application, String... keys) {
        application.getBean(Orders.class).refusing = true;
        for (String key : keys) {
            application
                    .getBean(Outbox.class)
                    .publish(OutboxMessage.of("order.placed", "orders", "{\"secret\":1}".getBytes())
                            .withKey(key));
        }
    }

    private void awaitHeld(ConfigurableApplicationContext application, String count, int expected) {
        await().untilAsserted(() ->
                assertThat(get(application, "/keys").json().at(count).asInt()).isEqualTo(expected));
    }

    @Test
    void aPageThatCannotBeIsRefused() throws Exception {
        ConfigurableApplicationContext application = start(WRITABLE);
        for (String query : List.of("?limit=0", "?limit=1001", "?afterKey=a", "?afterDestination=orders")) {
            assertThat(get(application, "/keys" + query).status()).as(query).isEqualTo(400);
        }
        assertThat(get(application, "/keys?afterDestination=orders&afterKey=").status())
                .isEqualTo(200);
    }

    @Test
    void aChangeThatCannotBeSaysWhatIsMissing() throws Exception {
        ConfigurableApplicationContext application = start(WRITABLE);
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
            Answer answer = post(application, body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.json().at("/code").asString()).as(body).isEqualTo("INT-106");
            assertThat(answer.json().at("/action").asString()).as(body).isNotEmpty();
        }
        assertThat(get(application).json().at("/destinations")).isEmpty();
    }

    @Test
    void itIsReadOnlyUnlessItIsAskedForMore() throws Exception {
        ConfigurableApplicationContext application = start("management.endpoint.outbox.access=read-only");
        assertThat(get(application).status()).isEqualTo(200);
        assertThat(post(application, """
                {"action": "pause", "destination": "orders", "actor": "alice"}""").status()).isEqualTo(405);
        ConfigurableApplicationContext asItComes = start("spring.application.name=shop");
        assertThat(post(asItComes, """
                {"action": "pause", "destination": "orders", "actor": "alice"}""").status()).isEqualTo(405);
    }

    @Test
    void whereItIsNotExposedThereIsNone() throws Exception {
        assertThat(get(start("management.endpoints.web.exposure.include=health"))
                        .status())
                .isEqualTo(404);
        assertThat(get(start("management.endpoint.outbox.access=none")).status())
                .isEqualTo(404);
        assertThat(get(start("integration.outbox.enabled=false")).status()).isEqualTo(404);
    }

    private ConfigurableApplicationContext start(String... properties) {
        ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                .bannerMode(org.springframework.boot.Banner.Mode.OFF)
                .properties("server.port=0", "management.endpoints.web.exposure.include=outbox")
                .run(Arrays.stream(properties)
                        .map((property) -> "--" + property)
                        .toArray(String[]::new));
        this.running.add(application);
        return application;
    }

    private Answer get(ConfigurableApplicationContext application) throws Exception {
        return get(application, "");
    }

    private Answer get(ConfigurableApplicationContext application, String below) throws Exception {
        return send(
                HttpRequest.newBuilder(URI.create(address(application) + below)).build());
    }

    private Answer post(ConfigurableApplicationContext application, String body) throws Exception {
        return send(HttpRequest.newBuilder(address(application))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private Answer send(HttpRequest request) throws Exception {
        HttpResponse<String> answer = this.client.send(request, HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
    }

    private static URI address(ConfigurableApplicationContext application) {
        int port = ((WebServerApplicationContext) application).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port + "/actuator/outbox");
    }

    private record Answer(int status, String body) {

        JsonNode json() {
            return JsonMapper.shared().readTree(this.body);
        }
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
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        JacksonAutoConfiguration.class,
        EndpointAutoConfiguration.class,
        WebEndpointAutoConfiguration.class,
        JacksonEndpointAutoConfiguration.class,
        ManagementContextAutoConfiguration.class,
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
