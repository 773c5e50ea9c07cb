package io.integrationkit.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks with one and with two threads on one shared operation, prints one table with what was to be
 * reached, and leaves table and JMH's own results in the output directory. Options are system properties:
 * {@code benchmark.forks}, {@code benchmark.iterations} (as many for warm-up), {@code benchmark.warmup} and
 * {@code benchmark.time} (milliseconds of an iteration), {@code benchmark.include} (regular expression),
 * {@code benchmark.output} (directory).
 */
public final class Benchmarks {

    private static final Path OUTPUT = Path.of(System.getProperty("benchmark.output", "target"));

    private Benchmarks() {}

    /**
     * Runs the benchmarks.
     *
     * @param arguments none
     * @throws RunnerException if an option is wrong
     * @throws IOException if a result cannot be written
     */
    public static void main(String[] arguments) throws RunnerException, IOException {
        Files.createDirectories(OUTPUT);
        Figures oneThread = new Figures(new Runner(options(1)).run());
        Figures twoThreads = new Figures(new Runner(options(2)).run());
        String report = Table.of(oneThread, twoThreads)
                + System.lineSeparator()
                + String.join(System.lineSeparator(), Bars.check(oneThread, twoThreads))
                + System.lineSeparator();
        Files.writeString(OUTPUT.resolve("benchmarks.md"), report);
        System.out.println();
        System.out.println(report);
    }

    private static Options options(int threads) {
        int iterations = Integer.getInteger("benchmark.iterations", 5);
        return new OptionsBuilder()
                .include(System.getProperty("benchmark.include", ".*"))
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .threads(threads)
                .forks(Integer.getInteger("benchmark.forks", 3))
                .warmupIterations(iterations)
                .warmupTime(TimeValue.milliseconds(Integer.getInteger("benchmark.warmup", 600)))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.milliseconds(Integer.getInteger("benchmark.time", 800)))
                .jvmArgsAppend("-Xms512m", "-Xmx512m")
                .addProfiler(GCProfiler.class)
                .resultFormat(ResultFormatType.JSON)
                .result(OUTPUT.resolve("benchmarks-" + threads + "-threads.json")
                        .toString())
                .build();
    }
}
