package io.integrationkit.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.downstream.MisbehavingDownstream;
import io.integrationkit.sample.downstream.Misbehaviour;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HalfTimeTests {

    private final TimeSource time = TimeSource.system();

    private final HttpClient client = HttpClient.newHttpClient();

    private final MisbehavingDownstream downstream = MisbehavingDownstream.start(Misbehaviour.none(), this.time);

    private final AtomicInteger interventions = new AtomicInteger();

    @AfterEach
    void stop() {
        this.downstream.close();
    }

    @Test
    void intervenesOnceWhenHalfOfTheMessagesArePostedAndComparesBeforeAndAfter() throws Exception {
        HalfTime halfTime = halfTime(new Intervention("less of it", this.interventions::incrementAndGet), 4);
        halfTime.begin();
        post("d1");
        lookUp();
        assertThat(this.interventions).hasValue(0);
        lookUp();
        lookUp();
        post("d2");
        Awaitility.await().until(() -> halfTime.effect().changes() == 1);
        post("d3");
        post("d4");
        lookUp();
        assertThat(halfTime.effect()).isEqualTo(new HalfTime.Effect(1, 150, 50));
        assertThat(this.interventions).hasValue(1);
        halfTime.end();
    }

    @Test
    void tellsTheWholeRunWhereNobodyIntervenes() throws Exception {
        HalfTime halfTime = halfTime(Intervention.NONE, 1);
        halfTime.begin();
        post("d1");
        lookUp();
        lookUp();
        halfTime.end();
        assertThat(halfTime.effect()).isEqualTo(new HalfTime.Effect(0, 200, 0));
    }

    @Test
    void dividesByNothingBeforeTheFirstMessage() {
        assertThat(halfTime(Intervention.NONE, 1).effect()).isEqualTo(new HalfTime.Effect(0, 0, 0));
    }

    private HalfTime halfTime(Intervention intervention, int deliveries) {
        return new HalfTime(intervention, deliveries, this.downstream.log(), this.time);
    }

    private void post(String deliveryId) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(this.downstream.url())
                .POST(HttpRequest.BodyPublishers.ofString("{\"deliveryId\":\"%s\"}".formatted(deliveryId))));
    }

    private void lookUp() throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(this.downstream.url().resolve("/profiles/octocat")));
    }

    private void send(HttpRequest.Builder request) throws IOException, InterruptedException {
        assertThat(this.client
                        .send(request.build(), HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
    }
}
