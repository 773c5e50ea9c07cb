package io.integrationkit.autoconfigure.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.idempotency.ShopApplication.Effects;
import io.integrationkit.autoconfigure.idempotency.ShopClient.Answer;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Race;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What draft-ietf-httpapi-idempotency-key-header-07 asks of a server, clause by clause, of a running application by a
 * client that knows nothing of us. The name of a test begins with the section of its clause.
 */
@SuppressWarnings("NullAway.Init")
class IdempotencyKeyConformanceTests {

    private static final String DOCUMENTATION = "https://shop.example/docs/idempotency";

    private static final String PROBLEM = "urn:integrationkit:problem:idempotency-key-";

    private static ConfigurableApplicationContext application;

    private static ShopClient client;

    private static Effects effects;

    /** A key that no other test uses. */
    private String key;

    @BeforeAll
    static void start() {
        application = new SpringApplication(ShopApplication.class)
                .run(
                        "--server.port=0",
                        "--integration.idempotency.max-wait=0",
                        "--integration.idempotency.http.documentation=" + DOCUMENTATION);
        client = new ShopClient(application);
        effects = application.getBean(Effects.class);
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @BeforeEach
    void makeKey(TestInfo test) {
        this.key = test.getTestMethod().orElseThrow().getName();
    }

    private String quoted() {
        return '"' + this.key + '"';
    }

    // 2.1 Syntax: an Item Structured Header whose value is a String (RFC 9651, 3.3.3 and 4.2.5).

    @Test
    void s21_theValueIsAQuotedString() throws Exception {
        Answer first = client.order(quoted());
        assertThat(first.status()).isEqualTo(201);
        assertThat(client.order("  " + quoted() + "  ").body()).isEqualTo(first.body());
    }

    @Test
    void s21_escapesInTheStringAreUndone() throws Exception {
        Answer first = client.order("\"a\\\"b\\\\" + this.key + '"');
        assertThat(first.status()).isEqualTo(201);
        assertThat(client.order("\"a\\\"b\\\\" + this.key + '"').replayed()).isTrue();
    }

    @Test
    void s21_beyondTheDraftAKeyWithoutQuotesIsTheSameKey() throws Exception {
        Answer first = client.order(quoted());
        Answer second = client.order(this.key);
        assertThat(second.replayed()).isTrue();
        assertThat(second.body()).isEqualTo(first.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"unterminated",
                "\"",
                "\"\"",
                "\"ends in an escape\\\"",
                "\"wrong\\escape\"",
                "\"a\" \"b\"",
                "\"a\";parameter=1",
                "a;parameter=1",
                "a, b",
                "a\"b",
                "\"tab\there\""
            })
    void s21_aValueThatIsNoStringIsRefused(String value) throws Exception {
        int before = effects.of("order");
        Answer answer = client.order(value);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo(PROBLEM + "malformed");
        assertThat(effects.of("order")).isEqualTo(before);
    }

    @Test
    void s21_aRequestWithMoreThanOneHeaderFieldIsRefused() throws Exception {
        int before = effects.of("order");
        Answer answer = client.send(client.request("/orders", ShopClient.ORDER)
                .header("Idempotency-Key", quoted())
                .header("Idempotency-Key", quoted()));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo(PROBLEM + "malformed");
        assertThat(effects.of("order")).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", "\"clkyoesmbgybucifusbbtdsbohtyuuwz\""})
    void s21AndAppendixA_theExamplesOfTheDraftAreKeys(String example) throws Exception {
        assertThat(client.order(example).status()).isEqualTo(201);
        assertThat(client.order(example).replayed()).isTrue();
    }

    // 2.2 Uniqueness: a key is not used again with another payload.

    @Test
    void s22_anotherKeyIsAnotherRequest() throws Exception {
        Answer first = client.order(quoted());
        Answer second = client.order("\"" + this.key + "-2\"");
        assertThat(second.replayed()).isFalse();
        assertThat(second.body()).isNotEqualTo(first.body());
    }

    // 2.3 Validity and expiry: time based, as published.

    @Test
    void s23_aKeyIsKnownForThePublishedTimeAndForgottenAfterIt() throws Exception {
        client.order(quoted());
        ManualTime time = application.getBean(ManualTime.class);
        time.advance(Duration.ofMinutes(119));
        assertThat(client.order(quoted()).replayed()).isTrue();
        time.advance(Duration.ofMinutes(2));
        assertThat(client.order(quoted()).replayed()).isFalse();
    }

    // 2.4 Fingerprint: of the request payload.

    @Test
    void s24_theFingerprintCoversBodyPathAndQuery() throws Exception {
        client.post("/orders/1/notes?a=1", this.key, "\"hello\"");
        assertReused(client.post("/orders/1/notes?a=1", this.key, "\"hell\""));
        assertReused(client.post("/orders/2/notes?a=1", this.key, "\"hello\""));
        assertReused(client.post("/orders/1/notes?a=2", this.key, "\"hello\""));
        assertThat(client.post("/orders/1/notes?a=1", this.key, "\"hello\"").replayed())
                .isTrue();
    }

    @Test
    void s24_whatDiffersWhenAClientRetriesIsNoPartOfTheFingerprint() throws Exception {
        client.order(quoted());
        Answer retried = client.send(client.request("/orders", " {\"amount\": 1, \"article\": \"tea\"}")
                .header("Idempotency-Key", quoted())
                .header("X-Attempt", "2")
                .header("Accept-Language", "fi")
                .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .header("Authorization", "Bearer renewed"));
        assertThat(retried.replayed()).isTrue();
    }

    // 2.6 Enforcement: first request, retry, concurrent request.

    @Test
    void s26_aFirstRequestIsProcessedNormally() throws Exception {
        Answer answer = client.order(quoted());
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Location")).isPresent();
        assertThat(answer.header("Set-Cookie")).isPresent();
        assertThat(answer.json().at("/order/article").asString()).isEqualTo("tea");
        assertThat(answer.header("Idempotent-Replayed")).isEmpty();
    }

    @Test
    void s26_aRetryAfterTheEndGetsTheResultOfTheFirst() throws Exception {
        int before = effects.of("order");
        Answer first = client.order(quoted());
        for (int i = 0; i < 3; i++) {
            Answer retry = client.order(quoted());
            assertThat(retry.status()).isEqualTo(first.status());
            assertThat(retry.body()).isEqualTo(first.body());
            for (String header : List.of("Location", "ETag", "Content-Type")) {
                assertThat(retry.header(header)).isEqualTo(first.header(header));
            }
            assertThat(retry.replayed()).isTrue();
        }
        assertThat(effects.of("order")).isEqualTo(before + 1);
    }

    @Test
    void s26_aRetryWithPatchGetsItToo() throws Exception {
        for (int i = 0; i < 2; i++) {
            Answer answer = client.send(client.request("/orders/1", "")
                    .method("PATCH", BodyPublishers.ofString(ShopClient.ORDER))
                    .header("Idempotency-Key", quoted()));
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(effects.of("change")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "declined", "entity-409"})
    void s26_anErrorIsAResultToo(String kind) throws Exception {
        Answer first = client.post("/refusals/" + kind, this.key + kind, "");
        Answer retry = client.post("/refusals/" + kind, this.key + kind, "");
        assertThat(first.status()).isBetween(400, 499);
        assertThat(retry.status()).isEqualTo(first.status());
        assertThat(retry.body()).isEqualTo(first.body()).contains("1");
        assertThat(retry.replayed()).isTrue();
        assertThat(effects.of(kind)).isEqualTo(1);
    }

    @Test
    void s26AndS27_aConcurrentRequestIsAConflictAndLaterNeedsNoCorrection() throws Exception {
        int before = effects.of("order");
        effects.entered = new CountDownLatch(1);
        effects.held = new CountDownLatch(1);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            Future<Answer> first = executor.submit(() -> client.order(quoted()));
            assertThat(effects.entered.await(30, TimeUnit.SECONDS)).isTrue();

            Answer concurrent = client.order(quoted());

            assertThat(concurrent.status()).isEqualTo(409);
            assertThat(concurrent.problem()).isEqualTo(PROBLEM + "in-progress");
            assertThat(Integer.parseInt(concurrent.header("Retry-After").orElseThrow()))
                    .isBetween(1, 30);
            assertThat(concurrent.header("Idempotent-Replayed")).isEmpty();
            effects.held.countDown();
            assertThat(first.get(30, TimeUnit.SECONDS).status()).isEqualTo(201);
            Answer later = client.order(quoted());
            assertThat(later.status()).isEqualTo(201);
            assertThat(later.body()).isEqualTo(first.get().body());
            assertThat(effects.of("order")).isEqualTo(before + 1);
        } finally {
            effects.held.countDown();
            effects.entered = null;
            effects.held = null;
            executor.shutdownNow();
        }
    }

    @Test
    void s26_ofManyRequestsAtOnceOneIsProcessed() throws Exception {
        int before = effects.of("order");
        for (Future<Answer> answer : Race.run(16, () -> client.order(quoted()))) {
            assertThat(answer.get().status()).isIn(201, 409);
        }
        assertThat(client.order(quoted()).replayed()).isTrue();
        assertThat(effects.of("order")).isEqualTo(before + 1);
    }

    // 2.7 Error scenarios.

    @Test
    void s27_aMissingKeyIsABadRequestWithALinkToTheDocumentation() throws Exception {
        int before = effects.of("order");
        Answer answer = client.order(null);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo(PROBLEM + "missing");
        assertThat(answer.header("Content-Language")).contains("en");
        assertThat(answer.header("Link")).contains("<" + DOCUMENTATION + ">; rel=\"describedby\"");
        assertThat(answer.json().path("status").asInt()).isEqualTo(400);
        assertThat(answer.json().path("title").asString()).isNotBlank();
        assertThat(answer.json().path("detail").asString()).contains("Idempotency-Key");
        assertThat(answer.json().path("code").asString()).isEqualTo("INT-401");
        assertThat(answer.json().path("operation").asString()).endsWith(".order");
        assertThat(effects.of("order")).isEqualTo(before);
    }

    @Test
    void s27_aKeyUsedAgainWithAnotherPayloadIsUnprocessable() throws Exception {
        Answer first = client.order(quoted());
        int before = effects.of("order");
        Answer other = client.post("/orders", quoted(), "{\"article\":\"tea\",\"amount\":2}");
        assertReused(other);
        assertThat(other.header("Link")).isPresent();
        assertThat(effects.of("order")).isEqualTo(before);
        assertThat(client.order(quoted()).body()).isEqualTo(first.body());
    }

    private void assertReused(Answer answer) {
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.problem()).isEqualTo(PROBLEM + "reused");
        assertThat(answer.header("Idempotent-Replayed")).isEmpty();
        assertThat(answer.body()).doesNotContain(this.key, "tea", "hello");
    }

    // 5 Security considerations.

    @Test
    void s5_aKeyIsValidatedAgainstItsPublishedFormBeforeAnythingIsDone() throws Exception {
        int before = effects.of("order");
        String longest = "k".repeat(255 - this.key.length()) + this.key;
        assertThat(client.order(longest).status()).isEqualTo(201);
        assertThat(client.order(longest + "k").problem()).isEqualTo(PROBLEM + "malformed");
        assertThat(client.order('"' + longest + "k\"").problem()).isEqualTo(PROBLEM + "malformed");
        assertThat(client.order("two words").problem()).isEqualTo(PROBLEM + "malformed");
        assertThat(effects.of("order")).isEqualTo(before + 1);
    }

    @Test
    void s5_theLookupIsByACompositeKey() throws Exception {
        client.order(quoted());
        Answer refund = client.post("/refunds", quoted(), ShopClient.ORDER);
        assertThat(refund.status()).isEqualTo(200);
        assertThat(refund.replayed()).isFalse();
        assertThat(effects.of("refund")).isEqualTo(1);
    }

    @Test
    void s5_whatBelongsToOneClientIsNotRepeated() throws Exception {
        client.order(quoted());
        Answer retry = client.order(quoted());
        assertThat(retry.replayed()).isTrue();
        assertThat(retry.header("Set-Cookie")).isEmpty();
        assertThat(retry.header("X-Served")).isEmpty();
    }

    // 1 Introduction: the header is for methods that are not idempotent, where the operation asks for it.

    @Test
    void s1_operationsThatDoNotAskForAKeyIgnoreIt() throws Exception {
        assertThat(client.post("/plain", null, "").status()).isEqualTo(200);
        assertThat(client.post("/plain", "\"broken", "").status()).isEqualTo(200);
    }
}
