package io.integrationkit.benchmarks;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** What was measured with one number of threads: the median of the forks for each benchmark. */
final class Figures {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private final Map<String, Figure> byBenchmark = new HashMap<>();

    Figures(Collection<RunResult> results) {
        for (RunResult result : results) {
            Collection<BenchmarkResult> forks = result.getBenchmarkResults();
            this.byBenchmark.put(
                    result.getParams().getBenchmark(),
                    new Figure(
                            median(forks, (fork) -> fork.getPrimaryResult().getScore()),
                            median(forks, Figures::allocated)));
        }
    }

    Optional<Figure> of(Row row) {
        return Optional.ofNullable(this.byBenchmark.get(row.benchmark()));
    }

    private static double allocated(BenchmarkResult fork) {
        Result<?> allocated = fork.getSecondaryResults().get(ALLOCATED);
        return (allocated != null) ? allocated.getScore() : Double.NaN;
    }

    private static double median(Collection<BenchmarkResult> forks, ToDoubleFunction<BenchmarkResult> value) {
        double[] sorted = forks.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * One measured value.
     *
     * @param nanoseconds time a call took its thread
     * @param bytes what a call allocated
     */
    record Figure(double nanoseconds, double bytes) {}
}
