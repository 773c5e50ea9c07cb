package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.actuate.EndpointApplication.Answer;
import io.integrationkit.autoconfigure.actuate.EndpointApplication.WithWebEndpoints;
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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** Keys are counted, found and freed as an operator does it, over HTTP. */
class IdempotencyEndpointHttpTests {

    private static final String WRITABLE = "management.endpoint.idempotency.access=unrestricted";

    private static final String HASH = Sha256.hex("order-4711");

    private static final String KEY = "/payments.charge?hash=" + HASH;

    private final List<EndpointApplication> running = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        this.running.forEach(EndpointApplication::close);
    }

    @Test
    void aStuckClaimIsCountedFoundAndFreed() throws Exception {
        EndpointApplication application = start(WRITABLE);
        ClaimToken held = claim(application);

        JsonNode counted = application.get("").json();
        assertThat(counted.at("/engine").asString()).isEqualTo("memory");
        assertThat(counted.at("/durable").asBoolean()).isFalse();
        assertThat(counted.at("/keys/inProgress").asInt()).isEqualTo(1);
        assertThat(counted.at("/keys/oldestClaim").asString()).startsWith("PT");

        Answer found = application.get(KEY);
        assertThat(found.status()).isEqualTo(200);
        JsonNode key = found.json().at("/keys/0");
        assertThat(key.at("/phase").asString()).isEqualTo("IN_PROGRESS");
        assertThat(key.at("/epoch").asLong()).isEqualTo(held.epoch());
        assertThat(key.at("/leaseLeft").asString()).startsWith("PT");
        assertThat(found.body()).doesNotContain("alice", "order-4711");

        Answer freed = application.delete(KEY + "&epoch=" + held.epoch() + "&reason=pod%20died&actor=bob");
        assertThat(freed.status()).isEqualTo(200);
        assertThat(freed.json().at("/freed").asBoolean()).isTrue();
        assertThat(application.get(KEY).status()).isEqualTo(404);
        assertThat(application
                        .delete(KEY + "&epoch=" + held.epoch() + "&reason=again&actor=bob")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void duplicatesAreToldByOperation() throws Exception {
        EndpointApplication application = start(WRITABLE);
        Idempotency idempotency = application.bean(Idempotency.class);
        idempotency.operation("refunds.pay", String.class);
        assertThat(application.get("").json().at("/operations").size()).isZero();
        for (int i = 0; i < 4; i++) {
            idempotency.operation("payments.charge", String.class).execute("order-4712", () -> "receipt");
        }
        JsonNode told = application.get("").json().at("/operations/payments.charge");
        assertThat(told.at("/executed").asInt()).isEqualTo(1);
        assertThat(told.at("/duplicates").asInt()).isEqualTo(3);
        assertThat(told.at("/duplicateRatio").asDouble()).isEqualTo(0.75);
        assertThat(told.at("/waits").asInt()).isZero();
        assertThat(told.at("/waited").asString()).isEqualTo("PT0S");
        assertThat(told.at("/fenceLosses").asInt()).isZero();
    }

    @Test
    void aKeyWithAResultIsAConflict() throws Exception {
        EndpointApplication application = start(WRITABLE);
        ClaimToken held = claim(application);
        application
                .bean(IdempotencyStore.class)
                .complete(held, new StoredResult(StoredResult.Kind.VOID, null), Duration.ofHours(1));

        Answer answer = application.delete(KEY + "&epoch=" + held.epoch() + "&reason=stuck&actor=bob");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().at("/freed").asBoolean()).isFalse();
        assertThat(answer.json().at("/detail").asString()).startsWith("The work was done");
        assertThat(answer.json().at("/keys/0/kind").asString()).isEqualTo("VOID");
    }

    @Test
    void aRequestThatCannotBeSaysWhatIsWrong() throws Exception {
        EndpointApplication application = start(WRITABLE);
        long epoch = claim(application).epoch();
        for (Answer answer : List.of(
                application.get("/payments.charge?hash=order-4711"),
                application.delete("/payments.charge?hash=order-4711&epoch=1&reason=stuck&actor=bob"),
                application.delete(KEY + "&epoch=" + epoch + "&reason=stuck"),
                application.delete(KEY + "&epoch=" + epoch + "&reason=%20&actor=bob"))) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.json().at("/code").asString()).isEqualTo("INT-106");
            assertThat(answer.json().at("/action").asString()).isNotEmpty();
        }
        for (Answer answer : List.of(
                application.get("/payments.charge"),
                application.delete(KEY + "&reason=stuck&actor=bob"),
                application.delete(KEY + "&epoch=last&reason=stuck&actor=bob"),
                application.delete(KEY + "&epoch=" + epoch + "&actor=bob"))) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        }
        assertThat(application.get(KEY).status()).isEqualTo(200);
    }

    @Test
    void itIsReadOnlyUnlessItIsAskedForMore() throws Exception {
        for (String property :
                List.of("spring.application.name=shop", "management.endpoint.idempotency.access=read-only")) {
            EndpointApplication application = start(property);
            long epoch = claim(application).epoch();
            assertThat(application
                            .delete(KEY + "&epoch=" + epoch + "&reason=stuck&actor=bob")
                            .status())
                    .isEqualTo(405);
            assertThat(application.get(KEY).status()).isEqualTo(200);
        }
    }

    @Test
    void whereItIsNotExposedThereIsNone() throws Exception {
        assertThat(start("management.endpoints.web.exposure.include=health")
                        .get("")
                        .status())
                .isEqualTo(404);
        assertThat(start("management.endpoint.idempotency.access=none").get("").status())
                .isEqualTo(404);
    }

    private static ClaimToken claim(EndpointApplication application) {
        Claim claim = application
                .bean(IdempotencyStore.class)
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

    private EndpointApplication start(String... properties) {
        EndpointApplication application = EndpointApplication.start(Application.class, "idempotency", properties);
        this.running.add(application);
        return application;
    }

    @Configuration(proxyBeanMethods = false)
    @WithWebEndpoints
    @ImportAutoConfiguration({
        CallAutoConfiguration.class,
        IdempotencyAutoConfiguration.class,
        IdempotencyEndpointAutoConfiguration.class
    })
    static class Application {}
}
