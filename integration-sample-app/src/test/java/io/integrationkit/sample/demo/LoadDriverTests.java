package io.integrationkit.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.integrationkit.test.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadDriverTests {

    private static final WebhookDelivery DELIVERY =
            new WebhookDelivery("d-1", "push", "k", "Hello, World!".getBytes(StandardCharsets.UTF_8));

    private final Map<String, Integer> tries = new ConcurrentHashMap<>();

    private HttpServer server;

    private LoadDriver driver;

    private Answer answer = (number) -> 202;

    private String receipt = "{\"duplicate\":false}";

    private volatile HttpExchange last;

    @BeforeEach
    void start() throws IOException {
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.server.createContext("/webhooks/github", this::handle);
        this.server.start();
        URI webhook = URI.create("http://localhost:" + this.server.getAddress().getPort() + "/webhooks/github");
        this.driver = new LoadDriver(webhook, "It's a Secret to Everybody", new VirtualTime());
    }

    @AfterEach
    void stop() {
        this.server.stop(0);
    }

    @Test
    void signsLikeGithub() throws Exception {
        this.driver.send(List.of(DELIVERY), 1);
        assertThat(this.last.getRequestHeaders().getFirst("X-Hub-Signature-256"))
                .isEqualTo("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
        assertThat(this.last.getRequestHeaders().getFirst("X-GitHub-Delivery")).isEqualTo("d-1");
        assertThat(this.last.getRequestHeaders().getFirst("X-GitHub-Event")).isEqualTo("push");
        assertThat(this.driver.log().acceptedIds()).containsExactly("d-1");
    }

    @Test
    void sendsAgainWhatFailedOrWasNotAnswered() throws Exception {
        this.answer = (number) -> (number == 1) ? 500 : (number == 2) ? 0 : 202;
        this.driver.send(List.of(DELIVERY), 1);
        assertThat(this.driver.log().requests()).isEqualTo(3);
        assertThat(this.driver.log().refusedCount()).isEqualTo(1);
        assertThat(this.driver.log().unansweredCount()).isEqualTo(1);
        assertThat(this.driver.log().acceptedCount()).isEqualTo(1);
    }

    @Test
    void givesUpWhatIsRefusedAgainAndAgain() throws Exception {
        this.answer = (number) -> 401;
        this.driver.send(List.of(DELIVERY), 1);
        assertThat(this.driver.log().requests()).isEqualTo(3);
        assertThat(this.driver.log().acceptedIds()).isEmpty();
        assertThat(this.driver.log().sentIds()).containsExactly("d-1");
    }

    @Test
    void givesUpAHubThatStaysDown() throws Exception {
        this.answer = (number) -> 503;
        this.driver.send(List.of(DELIVERY), 1);
        assertThat(this.driver.log().requests()).isGreaterThan(50);
        assertThat(this.driver.log().acceptedIds()).isEmpty();
    }

    @Test
    void sendsEachEntryOfTheScheduleOnceFromSeveralWorkers() throws Exception {
        List<WebhookDelivery> schedule = Schedule.of(DeliveryFile.read(null).cycle(200, 1), 0.5, 1);
        this.driver.send(schedule, 8);
        assertThat(this.driver.log().requests()).isEqualTo(schedule.size());
        assertThat(this.driver.log().acceptedCount()).isEqualTo(200);
    }

    @Test
    void noticesAHubThatKnewADeliveryBefore() throws Exception {
        this.receipt = "{\"duplicate\":true}";
        this.driver.send(List.of(DELIVERY), 1);
        assertThat(this.driver.log().knownBefore()).containsExactly("d-1");
        assertThat(this.driver.log().duplicates()).isEqualTo(1);
    }

    @Test
    void takesADuplicateAfterARequestWithoutAnswerForItsOwn() throws Exception {
        this.receipt = "{\"duplicate\":true}";
        this.answer = (number) -> (number == 1) ? 0 : 202;
        this.driver.send(List.of(DELIVERY), 1);
        assertThat(this.driver.log().knownBefore()).isEmpty();
    }

    private void handle(HttpExchange exchange) throws IOException {
        this.last = exchange;
        exchange.getRequestBody().readAllBytes();
        int status = this.answer.status(
                this.tries.merge(exchange.getRequestHeaders().getFirst("X-GitHub-Delivery"), 1, Integer::sum));
        if (status == 0) {
            exchange.close();
            return;
        }
        byte[] body = this.receipt.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private interface Answer {

        int status(int number);
    }
}
