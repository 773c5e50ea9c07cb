package io.integrationkit.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Java process that can be killed and started again with the same arguments; its output goes to a file a start. */
final class ServiceProcess implements AutoCloseable {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final String name;

    private final Path directory;

    private final List<String> command;

    private @Nullable Process process;

    private int starts;

    ServiceProcess(String name, Path directory, List<String> arguments) {
        this.name = name;
        this.directory = directory;
        this.command = new ArrayList<>(List.of(JAVA.toString(), "-Xmx512m", "-XX:TieredStopAtLevel=1"));
        this.command.addAll(arguments);
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    synchronized void start() {
        this.starts++;
        Path output = this.directory.resolve("%s-%d.log".formatted(this.name, this.starts));
        try {
            Files.createDirectories(this.directory);
            this.process = new ProcessBuilder(this.command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException ex) {
            throw new UncheckedIOException("Cannot start " + this.name, ex);
        }
    }

    /** SIGKILL: the process has no chance to finish anything. Returns once it is gone. */
    synchronized void kill() throws InterruptedException {
        if (this.process != null) {
            this.process.destroyForcibly().waitFor();
            this.process = null;
        }
    }

    synchronized void requireAlive() {
        if (this.process == null || !this.process.isAlive()) {
            throw new IllegalStateException(
                    "%s has ended; see %s-%d.log in %s".formatted(this.name, this.name, this.starts, this.directory));
        }
    }

    @Override
    public synchronized void close() {
        if (this.process != null) {
            this.process.destroyForcibly();
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException ex) {
            throw new UncheckedIOException("No port is free", ex);
        }
    }
}
