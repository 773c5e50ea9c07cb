package io.integrationkit.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A process that can be killed and started again with the same command; its output goes to a file a start. */
public final class ServiceProcess implements AutoCloseable {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final String name;

    private final Path directory;

    private final List<String> command;

    private @Nullable Process process;

    private int starts;

    /**
     * Names a process that is not started yet.
     *
     * @param name begins the names of its output files
     * @param directory where they are
     * @param command the program and its arguments
     */
    public ServiceProcess(String name, Path directory, List<String> command) {
        this.name = name;
        this.directory = directory;
        this.command = List.copyOf(command);
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /**
     * Names a Java process that is not started yet.
     *
     * @param name begins the names of its output files
     * @param directory where they are
     * @param arguments of the virtual machine and the program
     * @return the process
     */
    public static ServiceProcess java(String name, Path directory, List<String> arguments) {
        List<String> command =
                new ArrayList<>(List.of(JAVA.toString(), "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(arguments);
        return new ServiceProcess(name, directory, command);
    }

    /**
     * Names a Java process with the class path of the tests.
     *
     * @param name begins the names of its output files
     * @param directory where they are
     * @param main its main class
     * @param arguments of the program
     * @return the process
     */
    public static ServiceProcess main(String name, Path directory, Class<?> main, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        all.addAll(arguments);
        return java(name, directory, all);
    }

    /** Starts it; its output goes to a new file. */
    public synchronized void start() {
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

    /**
     * SIGKILL: the process has no chance to finish anything. Returns once it is gone.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public synchronized void kill() throws InterruptedException {
        if (this.process != null) {
            this.process.destroyForcibly().waitFor();
            this.process = null;
        }
    }

    /**
     * SIGTERM: the process finishes what it is at. Returns once it is gone.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public synchronized void stop() throws InterruptedException {
        if (this.process != null) {
            this.process.destroy();
            this.process.waitFor();
            this.process = null;
        }
    }

    /**
     * SIGSTOP: the process stands still and keeps all it has.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void pause() throws InterruptedException {
        signal("-STOP");
    }

    /**
     * SIGCONT: the process goes on where it stood still.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void goOn() throws InterruptedException {
        signal("-CONT");
    }

    private synchronized void signal(String signal) throws InterruptedException {
        requireAlive();
        if (this.process == null) {
            return;
        }
        try {
            int exit = new ProcessBuilder("kill", signal, Long.toString(this.process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill %s of %s: exit %d".formatted(signal, this.name, exit));
            }
        } catch (IOException ex) {
            throw new UncheckedIOException("Cannot send %s to %s".formatted(signal, this.name), ex);
        }
    }

    /**
     * Tells whether it was started and has not ended.
     *
     * @return whether it runs
     */
    public synchronized boolean alive() {
        return this.process != null && this.process.isAlive();
    }

    /** Throws if it was not started or has ended. */
    public synchronized void requireAlive() {
        if (!alive()) {
            throw new IllegalStateException(
                    "%s has ended; see %s-%d.log in %s".formatted(this.name, this.name, this.starts, this.directory));
        }
    }

    /** Kills it if it runs. */
    @Override
    public synchronized void close() {
        if (this.process != null) {
            this.process.destroyForcibly();
        }
    }

    /**
     * Finds a port nobody listens on. It is none of those the system gives to outgoing connections, so that nobody has
     * it when a process that was killed starts again.
     *
     * @return a port of the loopback address
     */
    public static int freePort() {
        for (int tries = 0; tries < 1000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException ex) {
                // Taken: another one.
                continue;
            }
        }
        throw new IllegalStateException("No port is free");
    }
}
