package io.integrationkit.redis;

import io.integrationkit.failure.ProblemCode;

/**
 * What a store uses Redis for, in the words of the messages about it.
 *
 * @param store the store, in whose name messages are logged
 * @param setting the property that chose Redis, and its value
 * @param unavailable code of the problem that Redis does not answer
 * @param refused what happens meanwhile, in a sentence without its end
 * @param evicts code of the problem that Redis may forget what it was told
 * @param forgotten what happens then, in a sentence without its end
 */
public record RedisUse(
        Class<?> store,
        String setting,
        ProblemCode unavailable,
        String refused,
        ProblemCode evicts,
        String forgotten) {}
