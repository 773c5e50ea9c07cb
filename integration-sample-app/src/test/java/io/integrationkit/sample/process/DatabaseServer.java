package io.integrationkit.sample.process;

import io.integrationkit.context.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** A database server as a process of its own, as durable as it is by default, that can be killed and started again. */
public final class DatabaseServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final ServiceProcess process;

    private final String url;

    private final int port;

    private final String user;

    private final TimeSource time;

    private DatabaseServer(ServiceProcess process, String url, int port, String user, TimeSource time) {
        this.process = process;
        this.url = url;
        this.port = port;
        this.user = user;
        this.time = time;
    }

    /**
     * Starts a new server and returns when it answers.
     *
     * @param product which one
     * @param directory for its data and its output
     * @param time measures how long it takes
     * @return the server
     * @throws IOException if its data directory cannot be made
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static DatabaseServer start(DatabaseProduct product, Path directory, TimeSource time)
            throws IOException, InterruptedException {
        int port = ServiceProcess.freePort();
        List<String> command = product.prepare(directory.toAbsolutePath(), port);
        DatabaseServer server = new DatabaseServer(
                new ServiceProcess("database", directory, command), product.url(), port, product.user(), time);
        server.process.start();
        server.awaitReady();
        return server;
    }

    /**
     * Returns where it listens.
     *
     * @return a port of the loopback address
     */
    public int port() {
        return this.port;
    }

    /**
     * Returns who may do everything, without a password.
     *
     * @return name of the user
     */
    public String user() {
        return this.user;
    }

    /**
     * Returns the JDBC address for those that come by a port.
     *
     * @param byPort its own, or that of a proxy
     * @return the address
     */
    public String url(int byPort) {
        return this.url.formatted(byPort);
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
     * Starts it on the same data and returns when it answers.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void startAgain() throws InterruptedException {
        this.process.start();
        awaitReady();
    }

    /**
     * Opens a connection that the caller closes.
     *
     * @return the connection
     * @throws SQLException if there is none
     */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url(this.port), this.user, "");
    }

    /**
     * Executes statements, each in a transaction of its own.
     *
     * @param statements in their order
     * @throws SQLException if one fails; those before it are done
     */
    public void execute(List<String> statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** A PostgreSQL that was killed may refuse to start until the last of its processes has noticed it. */
    private void awaitReady() throws InterruptedException {
        long giveUpAt = this.time.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                execute(List.of("SELECT 1"));
                return;
            } catch (SQLException ex) {
                if (this.time.nanoTime() - giveUpAt > 0) {
                    throw new IllegalStateException("The database does not answer", ex);
                }
                this.time.sleep(PAUSE);
                if (!this.process.alive()) {
                    this.process.start();
                }
            }
        }
    }

    /** Kills it if it runs. */
    @Override
    public void close() {
        this.process.close();
    }
}
