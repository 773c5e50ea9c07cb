package io.integrationkit.sample.process;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.hub.GithubEvent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** PostgreSQL, broker and hub, each a process of its own; the hub is the packaged jar and nothing else. */
final class Processes implements AutoCloseable {

    static final String SECRET = "a secret of the process test";

    /** As many as the hub has by default. */
    private static final int PARTITIONS = 4;

    private static final Path TARGET = Path.of("target");

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final HttpClient client = HttpClient.newHttpClient();

    private final TimeSource time;

    private final EmbeddedPostgres postgres;

    private final int hubPort = ServiceProcess.freePort();

    private final BrokerServer broker;

    private final ServiceProcess hub;

    Processes(Path directory, URI chat, TimeSource time) throws IOException {
        this.time = time;
        this.postgres = EmbeddedPostgres.builder().start();
        this.broker = new BrokerServer(directory, time);
        this.hub = ServiceProcess.java(
                "hub",
                directory,
                List.of(
                        "-jar",
                        jar().toString(),
                        "--server.port=" + this.hubPort,
                        "--spring.datasource.url=" + this.postgres.getJdbcUrl("postgres", "postgres"),
                        "--spring.kafka.bootstrap-servers=" + bootstrapServers(),
                        "--hub.github.secret=" + SECRET,
                        "--hub.chat.url=" + chat));
    }

    private static Path jar() {
        try (Stream<Path> files = Files.list(TARGET)) {
            return files.filter((file) -> file.getFileName().toString().matches("integration-sample-app-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("The hub is not packaged: run mvn -Pprocess verify"));
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    DataSource database() {
        return this.postgres.getPostgresDatabase();
    }

    String bootstrapServers() {
        return this.broker.address();
    }

    URI hub() {
        return URI.create("http://127.0.0.1:" + this.hubPort);
    }

    /**
     * The topic is there before the hub, as an operator would have it: a hub that starts while the broker is slow would
     * find one that the broker made by itself, and change the number of its partitions later, which moves keys.
     */
    void start() throws InterruptedException, ExecutionException {
        this.broker.start();
        awaitBroker();
        this.broker.createTopics(List.of(GithubEvent.TOPIC), PARTITIONS);
        this.hub.start();
        awaitHub();
    }

    void killHub() throws InterruptedException {
        this.hub.kill();
    }

    void startHub() {
        this.hub.start();
    }

    void killBroker() throws InterruptedException {
        this.broker.kill();
    }

    void startBroker() {
        this.broker.start();
    }

    void awaitHub() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(hub().resolve("/actuator/health/livenessState"))
                .timeout(Duration.ofSeconds(5))
                .build();
        await(this.hub, () -> {
            this.client.send(request, HttpResponse.BodyHandlers.discarding());
            return null;
        });
    }

    void awaitBroker() throws InterruptedException {
        this.broker.awaitReady();
    }

    private void await(ServiceProcess process, Callable<?> probe) throws InterruptedException {
        long giveUpAt = this.time.nanoTime() + PATIENCE.toNanos();
        while (true) {
            process.requireAlive();
            try {
                probe.call();
                return;
            } catch (InterruptedException ex) {
                throw ex;
            } catch (Exception ex) {
                if (this.time.nanoTime() > giveUpAt) {
                    throw new IllegalStateException("A process does not answer", ex);
                }
                this.time.sleep(PAUSE);
            }
        }
    }

    @Override
    public void close() throws IOException {
        this.hub.close();
        this.broker.close();
        this.postgres.close();
    }
}
