package io.integrationkit.reliable;

import io.integrationkit.call.SteadyExecutor;
import io.integrationkit.context.TimeSource;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What reliable calls need of the world around them, so that tests own it.
 *
 * @param time measures and waits
 * @param executor runs time-outs, further attempts and recoveries of results that come later. Not to be shared with work
 *     that waits for such results, which would wait for ever once it has all threads. What it refuses runs on the common
 *     pool: somebody waits for the answer
 * @param random draws the jitter; used by any number of threads
 */
public record Surroundings(TimeSource time, Executor executor, RandomGenerator random) {

    /** Sees to it that no step is refused. */
    public Surroundings {
        executor = new SteadyExecutor(executor);
    }
}
