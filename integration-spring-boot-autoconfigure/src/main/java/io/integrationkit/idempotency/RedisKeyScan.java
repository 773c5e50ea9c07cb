package io.integrationkit.idempotency;

import io.integrationkit.idempotency.KeyStatus.Phase;
import io.integrationkit.redis.RedisLink;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks through all keys of a Redis for an operator: page by page, so that the server is never busy for long. A page may
 * name a key twice, and a key may be gone when it is read.
 */
final class RedisKeyScan {

    private static final int PAGE = 1000;

    private static final int MOST_COUNTED = 200_000;

    private static final int MOST_FOUND = 256;

    private static final byte[][] FIELDS = fields("s", "f", "o", "e", "l", "x", "k", "d");

    private final RedisLink link;

    private final RedisKeyNames names;

    RedisKeyScan(RedisLink link, RedisKeyNames names) {
        this.link = link;
        this.names = names;
    }

    List<KeyStatus> find(String operation, String hash) {
        List<KeyStatus> found = new ArrayList<>();
        long now = now();
        each(this.names.patternOf(operation, hash), MOST_FOUND, (name, fields) -> {
            IdempotencyKey key = new IdempotencyKey(operation, this.names.scope(name, operation, hash), hash);
            found.add(status(key, fields, now));
        });
        return found;
    }

    private static KeyStatus status(IdempotencyKey key, List<byte @Nullable []> fields, long now) {
        byte[] kind = fields.get(6);
        byte[] entryId = fields.get(7);
        return new KeyStatus(
                key,
                Phase.valueOf(RedisKey.text(fields.get(0))),
                RedisKey.number(fields.get(3)),
                RedisKey.left(fields.get(4), now),
                RedisKey.left(fields.get(5), now),
                (kind != null) ? StoredResult.Kind.valueOf(RedisKey.text(kind)) : null,
                (entryId != null) ? RedisKey.text(entryId) : null);
    }

    KeyCounts counts() {
        long now = now();
        KeyCounter counter = new KeyCounter(now);
        boolean all = each(
                this.names.patternOfAll(),
                MOST_COUNTED,
                (name, fields) -> counter.count(
                        Phase.valueOf(RedisKey.text(fields.get(0))),
                        RedisKey.number(fields.get(4)) > now,
                        RedisKey.number(fields.get(3))));
        return counter.counts(!all);
    }

    private long now() {
        List<byte[]> time = this.link.ask((commands) -> commands.time());
        return RedisKey.number(time.get(0)) * 1_000_000 + RedisKey.number(time.get(1));
    }

    /** Gives each key and its fields to the consumer; {@code false} if there are more than it may get. */
    private boolean each(String pattern, int most, BiConsumer<byte[], List<byte @Nullable []>> consumer) {
        ScanArgs page = ScanArgs.Builder.limit(PAGE).match(RedisKeyNames.bytes(pattern));
        Set<ByteBuffer> seen = new HashSet<>();
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            ScanCursor from = cursor;
            KeyScanCursor<byte[]> next = this.link.ask((commands) -> commands.scan(from, page));
            List<byte[]> fresh = next.getKeys().stream()
                    .filter((name) -> seen.add(ByteBuffer.wrap(name)))
                    .toList();
            read(fresh, consumer);
            if (seen.size() >= most && !next.isFinished()) {
                return false;
            }
            cursor = next;
        } while (!cursor.isFinished());
        return true;
    }

    private void read(List<byte[]> names, BiConsumer<byte[], List<byte @Nullable []>> consumer) {
        List<List<KeyValue<byte[], byte[]>>> answers =
                this.link.askEach(names, (commands, name) -> commands.hmget(name, FIELDS));
        for (int i = 0; i < names.size(); i++) {
            List<byte @Nullable []> fields = new ArrayList<>();
            for (KeyValue<byte[], byte[]> each : answers.get(i)) {
                fields.add(each.getValueOrElse(null));
            }
            if (fields.get(0) != null) {
                consumer.accept(names.get(i), fields);
            }
        }
    }

    private static byte[][] fields(String... names) {
        byte[][] fields = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            fields[i] = RedisKeyNames.bytes(names[i]);
        }
        return fields;
    }
}
