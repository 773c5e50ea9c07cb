package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.context.HttpRequestsAutoConfiguration;
import io.integrationkit.call.CallObserver;
import io.integrationkit.reliable.AttemptTimeoutException;
import io.integrationkit.reliable.Reliable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.client.RestClient;

/** What an interrupt ends and what it does not: a server that accepts and never answers, on the clock of the machine. */
class HttpAttemptTimeoutTests {

    private final AtomicInteger overruns = new AtomicInteger();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    HttpRequestsAutoConfiguration.class,
                    HttpClientAutoConfiguration.class,
                    ImperativeHttpClientAutoConfiguration.class,
                    RestClientAutoConfiguration.class))
            .withBean(
                    CallObserver.class, () -> (operation) -> (call, nanos) -> this.overruns.addAndGet(call.overruns()))
            .withBean(Client.class)
            .withPropertyValues("integration.reliable.defaults.max-attempts=1");

    private ServerSocket silent;

    @BeforeEach
    void listen() throws IOException {
        this.silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        this.silent.close();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void anInterruptDoesNotEndAReadFromASocket() {
        this.runner.run((context) -> {
            Client client = context.getBean(Client.class);
            assertThat(timeout(() -> client.socket(this.silent)))
                    .as("what ended it is the client's own time-out")
                    .hasCauseInstanceOf(SocketTimeoutException.class);
            assertThat(this.overruns).hasValue(1);
        });
    }

    @Test
    void anInterruptEndsARequestOfTheJdkClient() {
        this.runner.run((context) -> {
            Client client = context.getBean(Client.class);
            assertThat(timeout(() -> client.jdk(uri()))).hasCauseInstanceOf(InterruptedException.class);
            assertThat(this.overruns).hasValue(1);
        });
    }

    @Test
    void anInterruptEndsARequestOfTheRestClientOnTheJdkClient() {
        this.runner.run((context) -> {
            Client client = context.getBean(Client.class);
            assertThat(timeout(() -> client.rest(uri()))).hasRootCauseInstanceOf(InterruptedException.class);
        });
    }

    @Test
    void ourReadTimeoutEndsARequestThatAnInterruptDoesNot() {
        this.runner
                .withPropertyValues(
                        "spring.http.clients.imperative.factory=simple",
                        "integration.reliable.defaults.attempt-timeout=400ms")
                .run((context) -> {
                    Client client = context.getBean(Client.class);
                    assertThat(timeout(() -> client.rest(uri()))).hasRootCauseInstanceOf(SocketTimeoutException.class);
                    assertThat(this.overruns).hasValue(1);
                });
    }

    private URI uri() {
        return URI.create("http://127.0.0.1:" + this.silent.getLocalPort() + "/");
    }

    private static AttemptTimeoutException timeout(org.assertj.core.api.ThrowableAssert.ThrowingCallable request) {
        return catchThrowableOfType(AttemptTimeoutException.class, request);
    }

    static class Client {

        private final RestClient rest;

        Client(RestClient.Builder builder) {
            this.rest = builder.build();
        }

        @Reliable(attemptTimeout = "100ms")
        public int socket(ServerSocket server) throws IOException {
            try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
                socket.setSoTimeout(400);
                return socket.getInputStream().read();
            }
        }

        @Reliable(attemptTimeout = "100ms")
        public int jdk(URI uri) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(uri).build();
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }

        @Reliable(attemptTimeout = "100ms")
        public String rest(URI uri) {
            return this.rest.get().uri(uri).retrieve().body(String.class);
        }
    }
}
