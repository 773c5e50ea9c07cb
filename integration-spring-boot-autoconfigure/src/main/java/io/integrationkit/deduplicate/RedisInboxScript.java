package io.integrationkit.deduplicate;

import io.integrationkit.redis.RedisScript;

/**
 * What is done to a message in Redis, each at once. A message is one text that expires by the clock of the server:
 * {@code F} and its owner while it is being handled, for the time of the lease; {@code D} and its owner when it was, for
 * the retention. The driver sends a command again if the connection broke before the answer came; an owner receives once,
 * so a script that has run already changes nothing and gives the same answer.
 */
enum RedisInboxScript implements RedisScript {
    /** Arguments: owner, milliseconds of the lease. */
    RECEIVE("""
            local known = redis.call('GET', KEYS[1])
            if known == 'F' .. ARGV[1] then
              return 1
            end
            if known then
              return string.sub(known, 1, 1) == 'D' and 2 or 3
            end
            redis.call('SET', KEYS[1], 'F' .. ARGV[1], 'PX', ARGV[2])
            return 1
            """),

    /**
     * Arguments: owner, milliseconds of the retention. Also where the lease is over, as long as nobody else received the
     * message: it was handled.
     */
    HANDLED("""
            local known = redis.call('GET', KEYS[1])
            if known == 'D' .. ARGV[1] then
              return 1
            end
            if known and known ~= 'F' .. ARGV[1] then
              return 0
            end
            redis.call('SET', KEYS[1], 'D' .. ARGV[1], 'PX', ARGV[2])
            return 1
            """),

    /** Argument: owner. */
    FORGET("""
            if redis.call('GET', KEYS[1]) == 'F' .. ARGV[1] then
              return redis.call('DEL', KEYS[1])
            end
            return 0
            """);

    private final String text;

    RedisInboxScript(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return this.text;
    }
}
