package io.integrationkit.sample.process;

import io.integrationkit.context.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;

/** A Kafka broker as a process of its own, that can be killed and started again on the same data. */
public final class BrokerServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ServiceProcess process;

    private final int port = ServiceProcess.freePort();

    private final Patience patience;

    /**
     * Names a broker that is not started yet.
     *
     * @param directory for its data and its output
     * @param time measures how long it takes to answer
     * @param proxied a second port for those that come through a proxy, and the port of that; or nothing
     */
    public BrokerServer(Path directory, TimeSource time, int... proxied) {
        List<String> arguments = new ArrayList<>(List.of(
                directory.resolve("kafka").toAbsolutePath().toString(),
                Integer.toString(this.port),
                Integer.toString(ServiceProcess.freePort())));
        for (int more : proxied) {
            arguments.add(Integer.toString(more));
        }
        this.process = ServiceProcess.main("broker", directory, BrokerMain.class, arguments);
        this.patience = new Patience(time, PATIENCE);
    }

    /**
     * Returns where it is reached without a proxy.
     *
     * @return host and port
     */
    public String address() {
        return "127.0.0.1:" + this.port;
    }

    /** Starts it and does not wait. */
    public void start() {
        this.process.start();
    }

    /**
     * SIGKILL.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void kill() throws InterruptedException {
        this.process.kill();
    }

    /**
     * Waits until it answers.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void awaitReady() throws InterruptedException {
        this.patience.await(() -> "The broker does not answer", () -> {
            this.process.requireAlive();
            try (Admin admin = admin()) {
                return !admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).isEmpty();
            } catch (ExecutionException | TimeoutException ex) {
                return false;
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                return false;
            }
        });
    }

    /**
     * Opens a client for administration that the caller closes.
     *
     * @return the client, which gives up early
     */
    public Admin admin() {
        return admin(5000, 2000);
    }

    private Admin admin(int call, int request) {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                address(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                call,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                request));
    }

    /**
     * Creates topics.
     *
     * @param names of the topics
     * @param partitions of each
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws ExecutionException if the broker refuses
     */
    public void createTopics(Collection<String> names, int partitions) throws InterruptedException, ExecutionException {
        try (Admin admin = admin((int) PATIENCE.toMillis(), (int) PATIENCE.toMillis())) {
            admin.createTopics(names.stream()
                            .map((name) -> new NewTopic(name, partitions, (short) 1))
                            .toList())
                    .all()
                    .get();
        }
    }

    /** Kills it if it runs. */
    @Override
    public void close() {
        this.process.close();
    }
}
