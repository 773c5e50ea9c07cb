package io.integrationkit.benchmarks.idempotency;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Four threads that repeat calls, each through all keys in turn. */
final class Repeaters {

    private static final int THREADS = 4;

    private final TimeSource time;

    Repeaters(TimeSource time) {
        this.time = time;
    }

    double perSecond(Repetition repetition, Duration duration) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        CyclicBarrier begin = new CyclicBarrier(THREADS);
        List<Future<Double>> rates = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread * Payments.KEYS / THREADS;
            rates.add(threads.submit(() -> {
                begin.await();
                return repeat(repetition, duration, first);
            }));
        }
        double sum = 0;
        try {
            for (Future<Double> rate : rates) {
                sum += rate.get();
            }
        } catch (ExecutionException ex) {
            throw new IllegalStateException("A call failed", ex);
        } finally {
            threads.shutdownNow();
        }
        return sum;
    }

    private double repeat(Repetition repetition, Duration duration, int first) throws Exception {
        long start = this.time.nanoTime();
        int count = 0;
        long now = start;
        while (now - start < duration.toNanos()) {
            repetition.run((first + count) % Payments.KEYS);
            count++;
            now = this.time.nanoTime();
        }
        return count * 1e9 / (now - start);
    }
}
