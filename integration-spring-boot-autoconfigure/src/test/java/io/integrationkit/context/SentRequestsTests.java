package io.integrationkit.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureClassification;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** Requests of a real client to a real server, noted by the interceptor. */
class SentRequestsTests {

    private static final FailureClassification CLASSIFICATION =
            new FailureClassification(List.of(), () -> Instant.EPOCH);

    private final CountDownLatch testOver = new CountDownLatch(1);

    private final ExecutorService serverThreads = Executors.newCachedThreadPool();

    private HttpServer server;

    private RestClient client;

    @BeforeEach
    void startServer() throws IOException {
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.server.setExecutor(this.serverThreads);
        // The path is the status to answer with; /0 never answers.
        this.server.createContext("/", (exchange) -> {
            int status = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
            if (status == 0) {
                await(this.testOver);
                status = 200;
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        this.server.start();
        this.client = client(this.server.getAddress().getPort());
    }

    @AfterEach
    void stopServer() {
        this.testOver.countDown();
        this.server.stop(0);
        this.serverThreads.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, false",
        "HEAD, false",
        "OPTIONS, false",
        "PUT, false",
        "DELETE, false",
        "POST, true",
        "PATCH, true"
    })
    void afterAnUnknownOutcomeOnlyAnIdempotentMethodMayBeRepeated(String method, boolean effectPossible) {
        assertThat(effectPossibleAfter(() -> send(method, 500))).isEqualTo(effectPossible);
        if (!method.equals("PATCH")) {
            assertThat(effectPossibleAfter(() -> send(method, 0))).isEqualTo(effectPossible);
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, 503", "POST, 503", "POST, 429", "PUT, 408"})
    void aRefusalHasNoEffectWhateverTheMethod(String method, int status) {
        assertThat(effectPossibleAfter(() -> send(method, status))).isFalse();
    }

    @Test
    void aRequestThatNeverReachedTheCalleeHasNoEffect() {
        assertThat(effectPossibleAfter(this::sendPostToNobody)).isFalse();
    }

    @Test
    void anEarlierRequestThatIsNotIdempotentWouldBeRepeatedToo() {
        assertThat(effectPossibleAfter(() -> {
                    send("POST", 200);
                    send("GET", 500);
                }))
                .isTrue();
        assertThat(effectPossibleAfter(() -> {
                    send("PUT", 200);
                    send("GET", 500);
                }))
                .isFalse();
    }

    @Test
    void anEffectIsNotForgottenWhenALaterFailureCertainlyHasNone() {
        assertThat(effectPossibleAfter(() -> {
                    send("POST", 200);
                    send("GET", 503);
                }))
                .isTrue();
        assertThat(effectPossibleAfter(() -> {
                    send("POST", 200);
                    sendPostToNobody();
                }))
                .isTrue();
        assertThat(effectPossibleAfter(() -> {
                    catchThrowable(() -> send("POST", 0));
                    send("GET", 503);
                }))
                .isTrue();
    }

    @Test
    void aRequestTheCalleeRefusedIsNoEffect() {
        assertThat(effectPossibleAfter(() -> {
                    catchThrowable(() -> send("POST", 409));
                    send("GET", 500);
                }))
                .isFalse();
    }

    @Test
    void aFailureThatIsNotTheOneOfTheLastRequestIsWhatItsClassificationSays() {
        assertThat(effectPossibleAfter(() -> {
                    send("GET", 200);
                    throw new IOException("of something else");
                }))
                .isTrue();
        assertThat(effectPossibleAfter(() -> {
                    catchThrowable(() -> send("GET", 500));
                    throw new IOException("of something else");
                }))
                .isTrue();
        assertThat(effectPossibleAfter(() -> {
                    catchThrowable(() -> send("GET", 500));
                    send("GET", 200);
                    throw new IOException("of something else");
                }))
                .isTrue();
    }

    @Test
    void aWrappedFailureIsStillTheOneOfItsRequest() {
        assertThat(effectPossibleAfter(() -> {
                    try {
                        send("GET", 500);
                    } catch (RuntimeException ex) {
                        throw new IllegalStateException("bank", new Exception(ex));
                    }
                }))
                .isFalse();
    }

    @Test
    void requestsOfAnEarlierAttemptDoNotCount() {
        assertThat(effectPossibleAfter(() -> send("POST", 0))).isTrue();
        assertThat(effectPossibleAfter(() -> send("GET", 0))).isFalse();
        assertThat(effectPossibleAfter(() -> {
                    throw new IOException("without a request");
                }))
                .isTrue();
    }

    @Test
    void requestsOfAnAttemptInsideCountForTheOneOutside() {
        assertThat(effectPossibleAfter(() -> {
                    assertThat(effectPossibleAfter(() -> send("POST", 500))).isTrue();
                    send("GET", 500);
                }))
                .isTrue();
        assertThat(effectPossibleAfter(() -> {
                    assertThat(effectPossibleAfter(() -> send("PUT", 500))).isFalse();
                    send("GET", 500);
                }))
                .isFalse();
    }

    @Test
    void aThreadKnowsOnlyItsOwnRequests() throws Exception {
        Thread other = new Thread(() -> catchThrowable(() -> send("POST", 500)));
        assertThat(effectPossibleAfter(() -> {
                    other.start();
                    other.join();
                    send("GET", 500);
                }))
                .isFalse();
    }

    private static boolean effectPossibleAfter(ThrowingCallable attempt) {
        int begin = SentRequests.begin();
        Throwable failure = catchThrowable(attempt);
        assertThat(failure).isNotNull().isNotInstanceOf(AssertionError.class);
        Failure classified = CLASSIFICATION.classify(failure);
        return SentRequests.effectPossible(begin, classified, failure);
    }

    private void send(String method, int status) {
        this.client
                .method(HttpMethod.valueOf(method))
                .uri("/" + status)
                .retrieve()
                .toBodilessEntity();
    }

    private void sendPostToNobody() {
        client(unusedPort()).post().uri("/200").retrieve().toBodilessEntity();
    }

    private static RestClient client(int port) {
        SimpleClientHttpRequestFactory factory = new SimpleClientHttpRequestFactory();
        factory.setReadTimeout(Duration.ofMillis(200));
        return RestClient.builder()
                .requestFactory(factory)
                .baseUrl("http://127.0.0.1:" + port)
                .requestInterceptor(new SentRequestsInterceptor())
                .build();
    }

    private static int unusedPort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
