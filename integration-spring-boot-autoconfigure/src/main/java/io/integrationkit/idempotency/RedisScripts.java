package io.integrationkit.idempotency;

import io.integrationkit.redis.RedisScript;

/**
 * What is done to a key on the Redis server, each at once and by the server's clock. A key is one hash: {@code s} state,
 * {@code f} fingerprint, {@code o} owner, {@code e} epoch, {@code l} end of the lease, {@code x} end of the retention (both
 * in microseconds since 1970), {@code k} kind and {@code r} payload of the result, {@code d} dead letter, {@code n} name of
 * the last write.
 *
 * <p>The driver sends a command again if the connection broke before the answer came, so each write has a name of its
 * own: what was written under that name already is not written again, and its answer is the same.
 */
enum RedisScripts implements RedisScript {
    /** Claims a key that is not there, else tells what is. Arguments: write, fingerprint, owner, lease, ttl. */
    CLAIM("""
            local known = redis.call('HMGET', key, 's', 'f', 'o', 'e', 'l', 'x', 'k', 'r', 'd', 'n')
            if known[1] and known[10] ~= ARGV[1] then
              known[10] = text(now)
              return known
            end
            if known[1] then
              return {known[4]}
            end
            redis.call('HSET', key, 's', 'IN_PROGRESS', 'f', ARGV[2], 'o', ARGV[3], 'e', text(now),
              'l', text(now + ARGV[4]), 'x', text(now + ARGV[5]), 'n', ARGV[1])
            keep(now + ARGV[4], now + ARGV[5])
            return {text(now)}
            """),

    /**
     * Takes a key over that is as it was read. Arguments: write, fingerprint, owner, epoch, lease, ttl, dead letter or
     * blank, and the state, owner and epoch that were read.
     */
    TAKE_OVER("""
            local known = redis.call('HMGET', key, 's', 'o', 'e', 'l', 'n')
            if known[5] == ARGV[1] then
              return 1
            end
            if known[1] ~= ARGV[8] or known[2] ~= ARGV[9] or known[3] ~= ARGV[10]
              or (known[1] == 'IN_PROGRESS' and tonumber(known[4]) > now) then
              return 0
            end
            redis.call('HSET', key, 's', 'IN_PROGRESS', 'f', ARGV[2], 'o', ARGV[3], 'e', ARGV[4],
              'l', text(now + ARGV[5]), 'x', text(now + ARGV[6]), 'd', ARGV[7], 'n', ARGV[1])
            redis.call('HDEL', key, 'k', 'r')
            if ARGV[7] == '' then
              redis.call('HDEL', key, 'd')
            end
            keep(now + ARGV[5], now + ARGV[6])
            return 1
            """),

    /** Arguments: write, owner, epoch, kind, ttl, and the payload if there is one. */
    COMPLETE(Part.HELD_BY_OWNER, """
            redis.call('HSET', key, 's', 'DONE', 'k', ARGV[4], 'x', text(now + ARGV[5]), 'n', ARGV[1])
            if ARGV[6] then
              redis.call('HSET', key, 'r', ARGV[6])
            end
            keep(0, now + ARGV[5])
            return 1
            """),

    /** Arguments: write, owner, epoch, id of the dead letter, ttl. */
    DEAD_LETTER(Part.HELD_BY_OWNER, """
            redis.call('HSET', key, 's', 'DEAD_LETTERED', 'd', ARGV[4], 'x', text(now + ARGV[5]), 'n', ARGV[1])
            keep(0, now + ARGV[5])
            return 1
            """),

    /** Arguments: write, owner, epoch, lease. */
    EXTEND(Part.HELD_BY_OWNER, """
            redis.call('HSET', key, 'l', text(now + ARGV[4]), 'n', ARGV[1])
            keep(now + ARGV[4], known[5])
            return 1
            """),

    /** Arguments: write, owner, epoch. */
    RELEASE(Part.HELD_BY_OWNER, Part.GIVE_BACK),

    /** Arguments: write, blank, epoch. */
    FREE(Part.HELD_BY_ANYBODY, Part.GIVE_BACK);

    private final String text;

    RedisScripts(String body) {
        this("", body);
    }

    RedisScripts(String condition, String body) {
        this.text = Part.CLOCK + condition + body;
    }

    @Override
    public String text() {
        return this.text;
    }

    /** Parts that scripts begin or end with; constants of the enum cannot use its own. */
    private static final class Part {

        static final String CLOCK = """
                local key = KEYS[1]
                local time = redis.call('TIME')
                local now = time[1] * 1000000 + time[2]
                local function text(number)
                  return string.format('%.0f', number)
                end
                local function keep(lease, retention)
                  local last = math.max(lease, retention)
                  if last > now then
                    redis.call('PEXPIREAT', key, text(math.ceil(last / 1000)))
                  else
                    redis.call('DEL', key)
                  end
                end
                """;

        private static final String READ = """
                local known = redis.call('HMGET', key, 's', 'o', 'e', 'n', 'x', 'd')
                if known[4] == ARGV[1] then
                  return 1
                end
                """;

        static final String HELD_BY_OWNER = READ + """
                if known[1] ~= 'IN_PROGRESS' or known[2] ~= ARGV[2] or known[3] ~= ARGV[3] then
                  return 0
                end
                """;

        static final String HELD_BY_ANYBODY = READ + """
                if known[1] ~= 'IN_PROGRESS' or known[3] ~= ARGV[3] then
                  return 0
                end
                """;

        static final String GIVE_BACK = """
                if known[6] then
                  redis.call('HSET', key, 's', 'DEAD_LETTERED', 'n', ARGV[1])
                  keep(0, known[5])
                else
                  redis.call('DEL', key)
                end
                return 1
                """;
    }
}
