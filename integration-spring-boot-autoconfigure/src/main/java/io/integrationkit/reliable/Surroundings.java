package io.integrationkit.reliable;

import io.integrationkit.context.TimeSource;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What reliable calls need of the world around them, so that tests own it.
 *
 * @param time measures and waits
 * @param executor runs attempts and recoveries of results that come later; may be shared with the application
 * @param random draws the jitter; used by any number of threads
 */
public record Surroundings(TimeSource time, Executor executor, RandomGenerator random) {}
