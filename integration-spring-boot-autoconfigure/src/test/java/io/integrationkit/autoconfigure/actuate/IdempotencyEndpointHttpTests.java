package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.context.Sha256;
import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.Idempotency;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.StoredResult;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
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
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Keys are counted, found and freed as an operator does it, over HTTP. */
class IdempotencyEndpointHttpTests {

    private static final String WRITABLE = "management.endpoint.idempotency.access=unrestricted";

    private static final String HASH = Sha256.hex("order-4711");

    private static final String KEY = "/payments.charge?hash=" + HASH;

    private final HttpClient client = HttpClient.newHttpClient();

    private final List<ConfigurableApplicationContext> running = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        this.running.forEach(ConfigurableApplicationContext::close);
    }

    @Test
    void aStuckClaimIsCountedFoundAndFreed() throws Exception {
        ConfigurableApplicationContext application = start(WRITABLE);
        ClaimToken held = claim(application);

        JsonNode counted = get(application, "").json();
        assertThat(counted.at("/engine").asString()).isEqualTo("memory");
        assertThat(counted.at("/durable").asBoolean()).isFalse();
        assertThat(counted.at("/keys/inProgress").asInt()).isEqualTo(1);
        assertThat(counted.at("/keys/oldestClaim").asString()).startsWith("PT");

        Answer found = get(application, KEY);
        assertThat(found.status()).isEqualTo(200);
        JsonNode key = found.json().at("/keys/0");
        assertThat(key.at("/phase").asString()).isEqualTo("IN_PROGRESS");
        assertThat(key.at("/epoch").asLong()).isEqualTo(held.epoch());
        assertThat(key.at("/leaseLeft").asString()).startsWith("PT");
        assertThat(found.body()).doesNotContain("alice", "order-4711");

        Answer freed = delete(application, KEY + "&epoch=" + held.epoch() + "&reason=pod%20died&actor=bob");
        assertThat(freed.status()).isEqualTo(200);
        assertThat(freed.json().at("/freed").asBoolean()).isTrue();
        assertThat(get(application, KEY).status()).isEqualTo(404);
        assertThat(delete(application, KEY + "&epoch=" + held.epoch() + "&reason=again&actor=bob")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void duplicatesAreToldByOperation() throws Exception {
        ConfigurableApplicationContext application = start(WRITABLE);
        Idempotency idempotency = application.getBean(Idempotency.class);
        idempotency.operation("refunds.pay", String.class);
        assertThat(get(application, "").json().at("/operations").size()).isZero();
        for (int i = 0; i < 4; i++) {
            idempotency.operation("payments.charge", String.class).execute("order-4712", () -> "receipt");
        }
        JsonNode told = get(application, "").json().at("/operations/payments.charge");
        assertThat(told.at("/executed").asInt()).isEqualTo(1);
        assertThat(told.at("/duplicates").asInt()).isEqualTo(3);
        assertThat(told.at("/duplicateRatio").asDouble()).isEqualTo(0.75);
        assertThat(told.at("/waits").asInt()).isZero();
        assertThat(told.at("/waited").asString()).isEqualTo("PT0S");
        assertThat(told.at("/fenceLosses").asInt()).isZero();
    }

    @Test
    void aKeyWithAResultIsAConflict() throws Exception {
        ConfigurableApplicationContext application = start(WRITABLE);
        ClaimToken held = claim(application);
        application
                .getBean(IdempotencyStore.class)
                .complete(held, new StoredResult(StoredResult.Kind.VOID, null), Duration.ofHours(1));

        Answer answer = delete(application, KEY + "&epoch=" + held.epoch() + "&reason=stuck&actor=bob");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().at("/freed").asBoolean()).isFalse();
        assertThat(answer.json().at("/detail").asString()).startsWith("The work was done");
        assertThat(answer.json().at("/keys/0/kind").asString()).isEqualTo("VOID");
    }

    @Test
    void aRequestThatCannotBeSaysWhatIsWrong() throws Exception {
        ConfigurableApplicationContext application = start(WRITABLE);
        long epoch = claim(application).epoch();
        for (Answer answer : List.of(
                get(application, "/payments.charge?hash=order-4711"),
                delete(application, "/payments.charge?hash=order-4711&epoch=1&reason=stuck&actor=bob"),
                delete(application, KEY + "&epoch=" + epoch + "&reason=stuck"),
                delete(application, KEY + "&epoch=" + epoch + "&reason=%20&actor=bob"))) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.json().at("/code").asString()).isEqualTo("INT-106");
            assertThat(answer.json().at("/action").asString()).isNotEmpty();
        }
        for (Answer answer : List.of(
                get(application, "/payments.charge"),
                delete(application, KEY + "&reason=stuck&actor=bob"),
                delete(application, KEY + "&epoch=last&reason=stuck&actor=bob"),
                delete(application, KEY + "&epoch=" + epoch + "&actor=bob"))) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        }
        assertThat(get(application, KEY).status()).isEqualTo(200);
    }

    @Test
    void itIsReadOnlyUnlessItIsAskedForMore() throws Exception {
        for (String property :
                List.of("spring.application.name=shop", "management.endpoint.idempotency.access=read-only")) {
            ConfigurableApplicationContext application = start(property);
            long epoch = claim(application).epoch();
            assertThat(delete(application, KEY + "&epoch=" + epoch + "&reason=stuck&actor=bob")
                            .status())
                    .isEqualTo(405);
            assertThat(get(application, KEY).status()).isEqualTo(200);
        }
    }

    @Test
    void whereItIsNotExposedThereIsNone() throws Exception {
        assertThat(get(start("management.endpoints.web.exposure.include=health"), "")
                        .status())
                .isEqualTo(404);
        assertThat(get(start("management.endpoint.idempotency.access=none"), "").status())
                .isEqualTo(404);
    }

    private static ClaimToken claim(ConfigurableApplicationContext application) {
        Claim claim = application
                .getBean(IdempotencyStore.class)
                .claim(new ClaimRequest(
                        new IdempotencyKey("payments.charge", "alice", HASH),
                        "cc".repeat(32),
                        "owner",
                        Duration.ofMinutes(1),
                        Duration.ofHours(1),
                        true,
                        null));
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return ((Claim.Granted) claim).token();
    }

    private ConfigurableApplicationContext start(String... properties) {
        ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                .bannerMode(org.springframework.boot.Banner.Mode.OFF)
                .properties("server.port=0", "management.endpoints.web.exposure.include=idempotency")
                .run(Arrays.stream(properties)
                        .map((property) -> "--" + property)
                        .toArray(String[]::new));
        this.running.add(application);
        return application;
    }

    private Answer get(ConfigurableApplicationContext application, String below) throws Exception {
        return send(HttpRequest.newBuilder(address(application, below)).build());
    }

    private Answer delete(ConfigurableApplicationContext application, String below) throws Exception {
        return send(HttpRequest.newBuilder(address(application, below)).DELETE().build());
    }

    private Answer send(HttpRequest request) throws Exception {
        HttpResponse<String> answer = this.client.send(request, HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
    }

    private static URI address(ConfigurableApplicationContext application, String below) {
        int port = ((WebServerApplicationContext) application).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port + "/actuator/idempotency" + below);
    }

    private record Answer(int status, String body) {

        JsonNode json() {
            return JsonMapper.shared().readTree(this.body);
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
        IdempotencyAutoConfiguration.class,
        IdempotencyEndpointAutoConfiguration.class
    })
    static class Application {}
}
