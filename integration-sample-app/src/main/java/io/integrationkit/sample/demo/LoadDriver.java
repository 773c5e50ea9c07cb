package io.integrationkit.sample.demo;

import io.integrationkit.context.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sends deliveries as GitHub would: signed, over HTTP, several at a time whatever repository they belong to, and again
 * until a 2xx comes. A delivery that is refused ({@code 4xx}) is given up sooner than one that meets a hub that is down.
 */
public final class LoadDriver {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final int MAX_REFUSALS = 3;

    private static final Duration FIRST_WAIT = Duration.ofMillis(50);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI webhook;

    private final SecretKeySpec secret;

    private final TimeSource time;

    private final Pace pace;

    private final SentLog log = new SentLog();

    /**
     * Creates a driver that sends as fast as it is answered.
     *
     * @param webhook where deliveries are sent
     * @param secret secret to sign them with
     * @param time its clock; must be the one of the downstream, since times are compared
     */
    public LoadDriver(URI webhook, String secret, TimeSource time) {
        this(webhook, secret, time, (accepted) -> {});
    }

    /**
     * Creates a driver.
     *
     * @param webhook where deliveries are sent
     * @param secret secret to sign them with
     * @param time its clock; must be the one of the downstream, since times are compared
     * @param pace holds it back
     */
    public LoadDriver(URI webhook, String secret, TimeSource time, Pace pace) {
        this.pace = pace;
        this.webhook = webhook;
        this.secret = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
        this.time = time;
    }

    /**
     * Returns what was sent so far.
     *
     * @return the log, which grows while the load runs
     */
    public SentLog log() {
        return this.log;
    }

    /**
     * Sends a schedule and returns once each entry got its 2xx or was given up.
     *
     * @param schedule what to send, in order
     * @param concurrency how many at a time
     * @throws InterruptedException if the thread is interrupted; requests under way are abandoned
     */
    public void send(List<WebhookDelivery> schedule, int concurrency) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        ExecutorService workers = Executors.newFixedThreadPool(concurrency);
        try {
            List<Future<Void>> done = IntStream.range(0, concurrency)
                    .mapToObj((worker) -> workers.<Void>submit(() -> {
                        for (int i = next.getAndIncrement(); i < schedule.size(); i = next.getAndIncrement()) {
                            this.pace.awaitTurn(this.log.acceptedCount());
                            deliver(schedule.get(i));
                        }
                        return null;
                    }))
                    .toList();
            for (Future<Void> worker : done) {
                worker.get();
            }
        } catch (ExecutionException ex) {
            throw new IllegalStateException("A worker of the load driver failed", ex.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    private void deliver(WebhookDelivery delivery) throws InterruptedException {
        HttpRequest request = request(delivery);
        long giveUpAt = this.time.nanoTime() + PATIENCE.toNanos();
        Duration wait = FIRST_WAIT;
        int refusals = 0;
        while (true) {
            int status = send(delivery.id(), request);
            refusals += (status / 100 == 4) ? 1 : 0;
            if (status / 100 == 2 || refusals == MAX_REFUSALS || this.time.nanoTime() - giveUpAt > 0) {
                return;
            }
            this.time.sleep(wait);
            wait = (wait.compareTo(LONGEST_WAIT) < 0) ? wait.multipliedBy(2) : LONGEST_WAIT;
        }
    }

    /** Sends once and returns the status, 0 if no answer came. */
    private int send(String deliveryId, HttpRequest request) throws InterruptedException {
        this.log.sent(deliveryId, this.time.nanoTime());
        try {
            HttpResponse<String> response = this.client.send(request, HttpResponse.BodyHandlers.ofString());
            long answeredAt = this.time.nanoTime();
            if (response.statusCode() / 100 == 2) {
                this.log.accepted(deliveryId, response.body().contains("\"duplicate\":true"), answeredAt);
            } else {
                this.log.refused(deliveryId);
            }
            return response.statusCode();
        } catch (IOException ex) {
            this.log.unanswered(deliveryId);
            return 0;
        }
    }

    private HttpRequest request(WebhookDelivery delivery) {
        return HttpRequest.newBuilder(this.webhook)
                .timeout(ANSWER_TIMEOUT)
                .header("Content-Type", "application/json")
                .header("X-GitHub-Event", delivery.event())
                .header("X-GitHub-Delivery", delivery.id())
                .header("X-Hub-Signature-256", "sha256=" + sign(delivery.body()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(delivery.body()))
                .build();
    }

    private String sign(byte[] body) {
        try {
            Mac mac = Mac.getInstance(this.secret.getAlgorithm());
            mac.init(this.secret);
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException ex) {
            throw new IllegalStateException("Every Java platform has " + this.secret.getAlgorithm(), ex);
        }
    }

    /** Holds a load back, for whoever wants something to happen in the middle of it. */
    @FunctionalInterface
    public interface Pace {

        /**
         * Waits until the next delivery may be sent. Called by several threads.
         *
         * @param accepted how many deliveries got a 2xx so far
         * @throws InterruptedException if the thread is interrupted
         */
        void awaitTurn(int accepted) throws InterruptedException;
    }
}
