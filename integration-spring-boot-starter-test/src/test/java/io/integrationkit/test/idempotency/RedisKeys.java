package io.integrationkit.test.idempotency;

import io.integrationkit.testsupport.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;

/** Looks at the keys in a Redis beside the store, and changes their times as if they had passed. */
final class RedisKeys implements AutoCloseable {

    private static final String EACH = """
            local time = redis.call('TIME')
            local now = string.format('%.0f', time[1] * 1000000 + time[2])
            for _, key in ipairs(redis.call('KEYS', '*')) do
              redis.call('HSET', key, ARGV[1], now)
              local times = redis.call('HMGET', key, 's', 'l', 'x')
              local held = times[1] == 'IN_PROGRESS' and tonumber(times[2]) > tonumber(now)
              if tonumber(times[3]) <= tonumber(now) and not held then
                redis.call('DEL', key)
              end
            end
            """;

    private final RedisClient client;

    private final RedisCommands<String, String> commands;

    RedisKeys(RedisServer server) {
        this.client = server.client();
        this.commands = this.client.connect().sync();
    }

    RedisCommands<String, String> commands() {
        return this.commands;
    }

    void endLeases() {
        this.commands.eval(EACH, ScriptOutputType.STATUS, new String[0], "l");
    }

    void endRetention() {
        this.commands.eval(EACH, ScriptOutputType.STATUS, new String[0], "x");
    }

    /** How often scripts were run by their digest. */
    long scripts() {
        return this.commands
                .info("commandstats")
                .lines()
                .filter((line) -> line.startsWith("cmdstat_evalsha:"))
                .map((line) -> Long.valueOf(line.replaceAll("[^=]*=(\\d+),.*", "$1")))
                .findFirst()
                .orElse(0L);
    }

    @Override
    public void close() {
        this.client.close();
    }
}
