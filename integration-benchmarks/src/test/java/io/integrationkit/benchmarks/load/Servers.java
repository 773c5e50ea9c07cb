package io.integrationkit.benchmarks.load;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

/** PostgreSQL and Kafka, each in processes of its own, with data in a fresh directory and the durability of their defaults. */
public final class Servers implements AutoCloseable {

    private static final int START_SECONDS = 60;

    private static final String USER = "postgres";

    private final EmbeddedPostgres postgres;

    private final JavaProcess broker;

    private final Path brokerDirectory;

    private final String bootstrapServers;

    /**
     * Starts both.
     *
     * @param directory a fresh directory for data and logs
     * @throws IOException if one cannot be started
     * @throws InterruptedException if interrupted
     */
    public Servers(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        // The library that starts it would do without fsync.
        this.postgres = EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve("postgres"))
                .setOverrideWorkingDirectory(directory.toFile())
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setPGStartupWait(Duration.ofSeconds(START_SECONDS))
                .start();
        this.brokerDirectory = directory.resolve("kafka").toAbsolutePath();
        int port = JavaProcess.freePort();
        this.bootstrapServers = "127.0.0.1:" + port;
        this.broker = new JavaProcess(
                        "broker",
                        directory,
                        BrokerMain.class,
                        this.brokerDirectory.toString(),
                        Integer.toString(port),
                        Integer.toString(JavaProcess.freePort()))
                .unread();
        requireDurable();
    }

    private void requireDurable() {
        JdbcTemplate jdbc = jdbc(USER);
        for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
            String value = jdbc.queryForObject("SHOW " + setting, String.class);
            if (!"on".equals(value)) {
                throw new IllegalStateException("PostgreSQL runs with %s=%s".formatted(setting, value));
            }
        }
    }

    /**
     * Describes the database.
     *
     * @return its version and whether it is durable
     */
    public String describe() {
        return "%s, fsync on".formatted(jdbc(USER).queryForObject("SHOW server_version", String.class));
    }

    /**
     * Returns the address of the broker.
     *
     * @return host and port
     */
    public String bootstrapServers() {
        return this.bootstrapServers;
    }

    /**
     * Makes a topic, once the broker answers.
     *
     * @param topic its name
     * @param partitions how many it has
     * @throws InterruptedException if interrupted
     */
    public void createTopic(String topic, int partitions) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                this.bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) TimeUnit.SECONDS.toMillis(START_SECONDS)))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException ex) {
            throw new IllegalStateException("The broker does not answer", ex);
        }
    }

    /**
     * Makes a database.
     *
     * @param name its name
     * @param tables statements that make its tables
     * @return its URL
     */
    public String createDatabase(String name, String tables) {
        jdbc(USER).execute("CREATE DATABASE " + name);
        jdbc(name).execute(tables);
        return this.postgres.getJdbcUrl(USER, name);
    }

    /**
     * Reaches a database from outside of the applications.
     *
     * @param database its name
     * @return access without a pool
     */
    public JdbcTemplate jdbc(String database) {
        return new JdbcTemplate(this.postgres.getDatabase(USER, database));
    }

    /** So that nobody pays for what others wrote. */
    public void checkpoint() {
        jdbc(USER).execute("CHECKPOINT");
    }

    /** Stops both and deletes their data. */
    @Override
    public void close() throws IOException {
        this.postgres.close();
        try {
            this.broker.kill();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        FileSystemUtils.deleteRecursively(this.brokerDirectory);
    }
}
