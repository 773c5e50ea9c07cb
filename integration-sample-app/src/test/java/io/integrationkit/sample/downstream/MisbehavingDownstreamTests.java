package io.integrationkit.sample.downstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.tuple;

import io.integrationkit.context.TimeSource;
import io.integrationkit.test.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MisbehavingDownstreamTests {

    private static final Duration SLOW = Duration.ofMillis(600);

    /** How long an answer is waited for that comes, however busy the machine is. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private MisbehavingDownstream downstream = MisbehavingDownstream.start(Misbehaviour.none(), TimeSource.system());

    @AfterEach
    void stop() {
        this.downstream.close();
    }

    @Test
    void postsAMessageAndTellsItsNumber() throws Exception {
        assertThat(post("d1", "m1").body()).isEqualTo("{\"posted\":0}");
        assertThat(post("d2", "m2").body()).isEqualTo("{\"posted\":1}");
        assertThat(this.downstream.log().effects())
                .extracting(Effect::deliveryId, Effect::key, Effect::sequence, Effect::order)
                .containsExactly(tuple("d1", "k", 3L, 0), tuple("d2", "k", 3L, 1));
    }

    @Test
    void givesTheSameAnswerToTheSameKeyWithoutASecondEffect() throws Exception {
        assertThat(post("d1", "m1").body()).isEqualTo(post("d1", "m1").body());
        assertThat(this.downstream.log().effectCount()).isEqualTo(1);
        assertThat(this.downstream.log().requests()).isEqualTo(2);
        assertThat(this.downstream.log().repetitions()).isEqualTo(1);
    }

    @Test
    void postsTwiceWhatComesUnderTwoKeys() throws Exception {
        post("d1", "m1");
        post("d1", "m2");
        assertThat(this.downstream.log().effectCount()).isEqualTo(2);
    }

    @Test
    void remembersWhichDeliveryAKeyWasForEvenIfItWasRefused() throws Exception {
        meets(Fault.BAD_REQUEST);
        post(idThatMeets(Fault.BAD_REQUEST), "m1");
        assertThat(this.downstream.log().deliveryOf("m1")).contains(idThatMeets(Fault.BAD_REQUEST));
        assertThat(this.downstream.log().deliveryOf("m2")).isEqualTo(Optional.empty());
    }

    @Test
    void understandsABodyInChunks() throws Exception {
        Iterator<byte[]> parts = List.of("{\"deliveryId\":", "\"d1\"}").stream()
                .map((part) -> part.getBytes(StandardCharsets.UTF_8))
                .iterator();
        HttpRequest request = HttpRequest.newBuilder(this.downstream.url())
                .POST(HttpRequest.BodyPublishers.ofByteArrays(() -> parts))
                .build();
        assertThat(this.client
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(this.downstream.log().effectCount()).isEqualTo(1);
    }

    @Test
    void refusesWhatIsNotAMessageForIt() throws Exception {
        HttpRequest elsewhere = HttpRequest.newBuilder(URI.create(this.downstream.url() + "/1"))
                .GET()
                .build();
        assertThat(this.client
                        .send(elsewhere, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(404);
        HttpRequest noMessage = HttpRequest.newBuilder(this.downstream.url())
                .POST(HttpRequest.BodyPublishers.ofString("hello"))
                .build();
        assertThat(this.client
                        .send(noMessage, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(400);
        assertThat(this.downstream.log().requests()).isZero();
    }

    @Test
    void asksToSlowDown() throws Exception {
        meets(Fault.RATE_LIMITED);
        HttpResponse<String> response = post(idThatMeets(Fault.RATE_LIMITED), "m");
        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).contains("2");
        assertWithoutEffect(Fault.RATE_LIMITED);
    }

    @Test
    void breaks() throws Exception {
        meets(Fault.SERVER_ERROR);
        assertThat(post(idThatMeets(Fault.SERVER_ERROR), "m").statusCode()).isEqualTo(500);
        assertWithoutEffect(Fault.SERVER_ERROR);
    }

    @Test
    void isUnavailable() throws Exception {
        meets(Fault.UNAVAILABLE);
        assertThat(post(idThatMeets(Fault.UNAVAILABLE), "m").statusCode()).isEqualTo(503);
        assertWithoutEffect(Fault.UNAVAILABLE);
    }

    @Test
    void refusesForGoodUntilItIsRepaired() throws Exception {
        meets(Fault.BAD_REQUEST);
        String id = idThatMeets(Fault.BAD_REQUEST);
        assertThat(post(id, "m").statusCode()).isEqualTo(400);
        assertThat(post(id, "m").statusCode()).isEqualTo(400);
        this.downstream.repair();
        assertThat(post(id, "m").statusCode()).isEqualTo(200);
        assertThat(this.downstream.log().faults()).isEqualTo(Map.of(Fault.BAD_REQUEST, 2));
    }

    @Test
    void resetsTheConnectionBeforeTheEffect() {
        meets(Fault.RESET_BEFORE_EFFECT);
        assertThatIOException()
                .isThrownBy(() -> post(idThatMeets(Fault.RESET_BEFORE_EFFECT), "m"))
                .isNotInstanceOf(HttpTimeoutException.class);
        assertWithoutEffect(Fault.RESET_BEFORE_EFFECT);
    }

    @Test
    void resetsTheConnectionAfterTheEffect() {
        meets(Fault.RESET_AFTER_EFFECT);
        assertThatIOException()
                .isThrownBy(() -> post(idThatMeets(Fault.RESET_AFTER_EFFECT), "m"))
                .isNotInstanceOf(HttpTimeoutException.class);
        assertThat(this.downstream.log().effectCount()).isEqualTo(1);
    }

    @Test
    void isSilentBeyondTheTimeOutBeforeTheEffectWhichComesLater() throws Exception {
        GatedTime time = new GatedTime();
        meets(Fault.SLOW_BEFORE_EFFECT, time);
        assertThatIOException()
                .isThrownBy(() -> post(idThatMeets(Fault.SLOW_BEFORE_EFFECT), "m", Duration.ofMillis(400)))
                .isInstanceOf(HttpTimeoutException.class);
        assertWithoutEffect(Fault.SLOW_BEFORE_EFFECT);
        time.open();
        time.awaitEffect(this.downstream.log());
    }

    @Test
    void isSilentBeyondTheTimeOutAfterTheEffect() {
        GatedTime time = new GatedTime();
        meets(Fault.SLOW_AFTER_EFFECT, time);
        assertThatIOException()
                .isThrownBy(() -> post(idThatMeets(Fault.SLOW_AFTER_EFFECT), "m", Duration.ofMillis(400)))
                .isInstanceOf(HttpTimeoutException.class);
        assertThat(this.downstream.log().effectCount()).isEqualTo(1);
        time.open();
    }

    @Test
    void isDownOnceForSomeSecondsAfterSoManyEffects() throws Exception {
        this.downstream.close();
        VirtualTime time = new VirtualTime();
        this.downstream = MisbehavingDownstream.start(
                new Misbehaviour(1, 0, 0, 0, 0, SLOW, SLOW, 1, Duration.ofSeconds(3)), time);
        assertThat(post("d1", "m1").statusCode()).isEqualTo(200);
        assertThat(post("d2", "m2").statusCode()).isEqualTo(503);
        assertThatIOException().isThrownBy(() -> post("d2", "m2"));
        time.advance(Duration.ofSeconds(3));
        assertThat(post("d2", "m2").statusCode()).isEqualTo(200);
        assertThat(post("d3", "m3").statusCode()).isEqualTo(200);
        assertThat(this.downstream.log().faults()).isEqualTo(Map.of(Fault.OUTAGE, 2));
    }

    @Test
    void isDownForEverybodyFromTheOutageItIsAskedForUntilTheRepair() throws Exception {
        assertThat(ask(this.downstream.outageUrl()).body()).isEqualTo("{\"down\":true}");
        for (int attempt = 1; attempt <= 5; attempt++) {
            assertThat(post("d1", "m1").statusCode()).isEqualTo(503);
            assertThat(profile("octocat").statusCode()).isEqualTo(503);
        }
        assertWithoutEffect(Fault.UNAVAILABLE, 5);
        assertThat(ask(this.downstream.repairUrl()).body()).isEqualTo("{\"repaired\":true}");
        assertThat(post("d1", "m1").statusCode()).isEqualTo(200);
        assertThat(profile("octocat").statusCode()).isEqualTo(200);
    }

    @Test
    void notesWhetherTheCallerWaitsAsLongAsItWasAsked() throws Exception {
        this.downstream.close();
        VirtualTime time = new VirtualTime();
        this.downstream = MisbehavingDownstream.start(alwaysFaulty(Fault.RATE_LIMITED), time);
        String id = idThatMeets(Fault.RATE_LIMITED);
        post(id, "m");
        time.advance(Duration.ofMillis(1999));
        this.downstream.repair();
        post(id, "m");
        post(id, "m");
        assertThat(this.downstream.log().waitsKept()).isZero();
        assertThat(this.downstream.log().waitsBroken()).isEqualTo(1);
    }

    @Test
    void notesAWaitThatWasKept() throws Exception {
        this.downstream.close();
        VirtualTime time = new VirtualTime();
        this.downstream = MisbehavingDownstream.start(alwaysFaulty(Fault.RATE_LIMITED), time);
        String id = idThatMeets(Fault.RATE_LIMITED);
        post(id, "m");
        time.advance(Duration.ofSeconds(2));
        this.downstream.repair();
        post(id, "m");
        assertThat(this.downstream.log().waitsKept()).isEqualTo(1);
        assertThat(this.downstream.log().waitsBroken()).isZero();
    }

    @Test
    void tellsAProfile() throws Exception {
        assertThat(profile("octocat").body()).isEqualTo("{\"name\":\"@octocat\"}");
        assertThat(this.downstream.log().lookups()).isEqualTo(1);
        assertThat(this.downstream.log().requests()).isZero();
        assertThat(this.downstream.log().effects()).isEmpty();
    }

    @Test
    void isUnavailableOrSlowForAShareOfTheProfilesUntilItIsRepaired() throws Exception {
        this.downstream.close();
        VirtualTime time = new VirtualTime();
        Misbehaviour faulty = new Misbehaviour(1, 0, 0, 0, 1, SLOW, SLOW, 0, Duration.ZERO);
        this.downstream = MisbehavingDownstream.start(faulty, time);
        for (int attempt = 1; attempt <= 20; attempt++) {
            int status = (faulty.chooseForProfile("octocat", attempt) == Fault.UNAVAILABLE) ? 503 : 200;
            assertThat(profile("octocat").statusCode()).isEqualTo(status);
        }
        assertThat(time.sleeps()).isNotEmpty().containsOnly(SLOW).hasSizeLessThan(20);
        this.downstream.repair();
        for (int attempt = 1; attempt <= 20; attempt++) {
            assertThat(profile("octocat").statusCode()).isEqualTo(200);
        }
    }

    private HttpResponse<String> profile(String login) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(this.downstream.url().resolve("/profiles/" + login))
                .GET()
                .build();
        return this.client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void meets(Fault fault) {
        meets(fault, TimeSource.system());
    }

    private void meets(Fault fault, TimeSource time) {
        this.downstream.close();
        this.downstream = MisbehavingDownstream.start(alwaysFaulty(fault), time);
    }

    private static Misbehaviour alwaysFaulty(Fault fault) {
        boolean permanent = fault == Fault.BAD_REQUEST;
        return new Misbehaviour(1, 1, 1, permanent ? 1 : 0, 0, SLOW, Duration.ofSeconds(2), 0, Duration.ZERO);
    }

    private static String idThatMeets(Fault fault) {
        for (int i = 0; ; i++) {
            if (alwaysFaulty(fault).choose("d" + i, 1) == fault) {
                return "d" + i;
            }
        }
    }

    private void assertWithoutEffect(Fault fault) {
        assertWithoutEffect(fault, 1);
    }

    private void assertWithoutEffect(Fault fault, int requests) {
        assertThat(this.downstream.log().effectCount()).isZero();
        assertThat(this.downstream.log().faults()).isEqualTo(Map.of(fault, requests));
    }

    private HttpResponse<String> ask(URI resource) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(resource)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return this.client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String deliveryId, String idempotencyKey)
            throws IOException, InterruptedException {
        return post(deliveryId, idempotencyKey, PATIENCE);
    }

    private HttpResponse<String> post(String deliveryId, String idempotencyKey, Duration timeout)
            throws IOException, InterruptedException {
        String body = "{\"deliveryId\":\"%s\",\"key\":\"k\",\"sequence\":3}".formatted(deliveryId);
        HttpRequest request = HttpRequest.newBuilder(this.downstream.url())
                .timeout(timeout)
                .header("Idempotency-Key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return this.client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Sleeps until the test opens the gate. */
    private static final class GatedTime implements TimeSource {

        private final CountDownLatch gate = new CountDownLatch(1);

        void open() {
            this.gate.countDown();
        }

        void awaitEffect(DownstreamLog log) {
            Awaitility.await().until(() -> log.effectCount() == 1);
        }

        @Override
        public Instant now() {
            return TimeSource.system().now();
        }

        @Override
        public long nanoTime() {
            return TimeSource.system().nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            this.gate.await();
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return TimeSource.system().schedule(delay, task);
        }
    }
}
