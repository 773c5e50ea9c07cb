package io.integrationkit.benchmarks.load;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Java process with the class path of this one that is told what to do line by line; it ends when this one does. */
public final class JavaProcess implements AutoCloseable {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final String name;

    private final Process process;

    private final PrintStream commands;

    private final BufferedReader answers;

    /**
     * Starts it.
     *
     * @param name name of its log file
     * @param directory directory of its log file
     * @param main its main class
     * @param arguments its arguments
     */
    public JavaProcess(String name, Path directory, Class<?> main, String... arguments) {
        this.name = name;
        List<String> command = new ArrayList<>(List.of(
                JAVA.toString(), "-Xms512m", "-Xmx512m", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        File log = directory.resolve(name + ".log").toFile();
        try {
            this.process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log))
                    .start();
        } catch (IOException ex) {
            throw new UncheckedIOException("Cannot start " + name, ex);
        }
        this.commands = new PrintStream(this.process.getOutputStream(), true, StandardCharsets.US_ASCII);
        this.answers = this.process.inputReader(StandardCharsets.US_ASCII);
    }

    /**
     * Tells it to do something and does not wait for the answer.
     *
     * @param command one line
     */
    public void tell(String command) {
        this.commands.println(command);
    }

    /**
     * Waits for the next line it writes.
     *
     * @return the line
     */
    public String answer() {
        try {
            String line = this.answers.readLine();
            if (line == null) {
                throw new IllegalStateException(this.name + " has ended; see its log");
            }
            return line;
        } catch (IOException ex) {
            throw new UncheckedIOException("Cannot read from " + this.name, ex);
        }
    }

    /**
     * Tells it to do something and waits for the answer.
     *
     * @param command one line
     * @return one line
     */
    public String ask(String command) {
        tell(command);
        return answer();
    }

    /**
     * SIGKILL; returns once it is gone.
     *
     * @throws InterruptedException if interrupted
     */
    public void kill() throws InterruptedException {
        this.process.destroyForcibly().waitFor();
    }

    /** Kills it. */
    @Override
    public void close() {
        this.process.destroyForcibly();
    }

    /** Lets what it writes go unread. */
    JavaProcess unread() {
        Thread reader = new Thread(() -> {
            try {
                this.answers.transferTo(Writer.nullWriter());
            } catch (IOException ex) {
                System.err.println("The output of " + this.name + " broke: " + ex);
            }
        });
        reader.setDaemon(true);
        reader.start();
        return this;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException ex) {
            throw new UncheckedIOException("No port is free", ex);
        }
    }
}
