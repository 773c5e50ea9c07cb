package io.integrationkit.testsupport;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Calls of a process that stand still at one point, for the process to be killed there.
 *
 * @param <P> the points
 */
public final class StandingStill<P extends Enum<P>> {

    private static final String ALL = "all calls stand still";

    private final P point;

    private final CountDownLatch moving;

    /**
     * Creates what no call has come to yet.
     *
     * @param point where calls stand still
     * @param calls how many there are
     */
    public StandingStill(P point, int calls) {
        this.point = point;
        this.moving = new CountDownLatch(calls);
    }

    /** Stands still for ever if this is the point; once all calls do, the process that waits for this is told. */
    public void at(P here) {
        if (here != this.point) {
            return;
        }
        this.moving.countDown();
        if (this.moving.getCount() == 0) {
            System.out.println(ALL);
        }
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Starts a process with the class path of this one, and kills it with {@code kill -9} once all its calls stand still. */
    public static void kill(Class<?> main, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output = process.inputReader()) {
            awaitAll(output);
        } finally {
            process.destroyForcibly();
        }
        int ended = process.waitFor();
        if (ended != 128 + 9) {
            throw new AssertionError("The process was not killed but ended with " + ended);
        }
    }

    private static void awaitAll(BufferedReader output) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals(ALL)) {
                return;
            }
            all.append(line).append('\n');
        }
        throw new AssertionError("The process ended before it could be killed:\n" + all);
    }
}
