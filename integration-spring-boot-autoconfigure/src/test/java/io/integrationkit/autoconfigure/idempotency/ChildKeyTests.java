package io.integrationkit.autoconfigure.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.idempotency.Idempotent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** What callees of an idempotent call receive. */
@SuppressWarnings("NullAway.Init")
class ChildKeyTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    IdempotencyAutoConfiguration.class,
                    IdempotencyHttpAutoConfiguration.class,
                    HttpClientAutoConfiguration.class,
                    ImperativeHttpClientAutoConfiguration.class,
                    RestClientAutoConfiguration.class))
            .withBean(WebClient.Builder.class, () -> WebClient.builder().clientConnector(new JdkClientHttpConnector()))
            .withBean(Shop.class);

    private final List<String> received = new CopyOnWriteArrayList<>();

    private HttpServer callee;

    private String url;

    @BeforeEach
    void startCallee() throws IOException {
        this.callee = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.callee.createContext("/", (exchange) -> {
            exchange.getRequestBody().readAllBytes();
            List<String> keys = exchange.getRequestHeaders().get("Idempotency-Key");
            this.received.add((keys != null) ? String.join("|", keys) : "none");
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/down") ? 503 : 204, -1);
            exchange.close();
        });
        this.callee.start();
        this.url = "http://localhost:" + this.callee.getAddress().getPort();
    }

    @AfterEach
    void stopCallee() {
        this.callee.stop(0);
    }

    static class Shop {

        private final RestClient client;

        private final WebClient reactive;

        Shop(RestClient.Builder client, WebClient.Builder reactive) {
            this.client = client.build();
            this.reactive = reactive.build();
        }

        @Idempotent(key = "#id")
        public void order(String id, String... urls) {
            send(urls);
        }

        public void send(String... urls) {
            for (String each : urls) {
                this.client.post().uri(each).body("x").retrieve().toBodilessEntity();
            }
        }

        @Idempotent(key = "#id")
        public void orderReactively(String id, String... urls) {
            for (String each : urls) {
                this.reactive
                        .post()
                        .uri(each)
                        .bodyValue("x")
                        .retrieve()
                        .toBodilessEntity()
                        .block();
            }
        }

        @Idempotent(key = "#id")
        public void with(String id, String method, String url, @Nullable String header) {
            this.client
                    .method(HttpMethod.valueOf(method))
                    .uri(url)
                    .headers((headers) -> {
                        if (header != null) {
                            headers.set("Idempotency-Key", header);
                        }
                    })
                    .retrieve()
                    .toBodilessEntity();
        }

        @Idempotent(key = "#id")
        public boolean repeatsItsOrdinals(String id) {
            IdempotencyContext context = Objects.requireNonNull(IdempotencyContext.current());
            return context.fencingToken() > 0
                    && context.ordinalOf("a") == 1
                    && context.ordinalOf("a") == 2
                    && context.ordinalOf("b") == 1;
        }
    }

    @Test
    void eachRequestOfACallHasItsOwnKeyAndARepeatedCallSendsTheSameKeysAgain() {
        this.runner.run((context) -> {
            Shop shop = context.getBean(Shop.class);
            String[] urls = {this.url + "/a", this.url + "/a?signature=1", this.url + "/b", this.url + "/down"};
            for (int i = 0; i < 2; i++) {
                urls[1] = this.url + "/a?signature=" + i;
                String[] attempt = urls.clone();
                assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> shop.order("o-1", attempt));
            }
            assertThat(this.received).hasSize(8).allMatch((key) -> key.matches("\"[0-9a-f]{64}\""));
            assertThat(this.received.subList(0, 4)).doesNotHaveDuplicates().isEqualTo(this.received.subList(4, 8));
            shop.order("o-2", this.url + "/a");
            assertThat(this.received.subList(0, 8)).doesNotContain(this.received.get(8));
        });
    }

    @Test
    void reactiveClientsSendTheSameKeysAsBlockingOnes() {
        this.runner.run((context) -> {
            Shop shop = context.getBean(Shop.class);
            shop.orderReactively("o-1", this.url + "/a", this.url + "/a");
            assertThat(this.received).hasSize(2).doesNotHaveDuplicates().doesNotContain("none");
        });
    }

    @Test
    void onlyMethodsThatAreNotIdempotentAndRequestsWithoutAKeyGetOne() {
        this.runner.run((context) -> {
            Shop shop = context.getBean(Shop.class);
            int call = 0;
            for (String method : List.of("GET", "PUT", "DELETE", "PATCH")) {
                shop.with("k" + call++, method, this.url + "/a", null);
            }
            shop.with("k" + call, "POST", this.url + "/a", "mine");
            assertThat(this.received.subList(0, 3)).containsOnly("none");
            assertThat(this.received.get(3)).startsWith("\"");
            assertThat(this.received.get(4)).isEqualTo("mine");
        });
    }

    @Test
    void outsideOfACallNothingIsSent() {
        this.runner.run((context) -> {
            Shop shop = context.getBean(Shop.class);
            shop.order("o-1");
            shop.send(this.url + "/a");
            assertThat(this.received).containsExactly("none");
            assertThat(IdempotencyContext.current()).isNull();
        });
    }

    @Test
    void theKeysMayBeSwitchedOff() {
        this.runner
                .withPropertyValues("integration.idempotency.http.child-keys=false")
                .run((context) -> {
                    Shop shop = context.getBean(Shop.class);
                    shop.order("o-1", this.url + "/a");
                    shop.orderReactively("o-2", this.url + "/a");
                    assertThat(this.received).containsExactly("none", "none");
                });
    }

    @Test
    void aCallTellsItsFencingTokenAndCountsByPlace() {
        this.runner.run((context) -> assertThat(context.getBean(Shop.class).repeatsItsOrdinals("o-1"))
                .isTrue());
    }

    @Test
    void clientsAndServersThatAreNotThereAreNotMissed() {
        Stream.of("org.springframework.web", "org.springframework.boot.restclient")
                .forEach((absent) -> new ApplicationContextRunner()
                        .withConfiguration(AutoConfigurations.of(IdempotencyHttpAutoConfiguration.class))
                        .withClassLoader(new FilteredClassLoader(absent))
                        .run((context) -> assertThat(context).hasNotFailed()));
    }
}
