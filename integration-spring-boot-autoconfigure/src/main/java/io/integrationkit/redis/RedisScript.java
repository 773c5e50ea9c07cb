package io.integrationkit.redis;

/** A script that runs on the Redis server. */
@FunctionalInterface
public interface RedisScript {

    /**
     * Returns the script.
     *
     * @return Lua for Redis 6.2 or newer; the same text each time
     */
    String text();
}
