package io.integrationkit.outbox;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Which shard a message belongs to: the non-negative MurmurHash3 (x86, 32 bits, seed 0) of its key in UTF-8, modulo the
 * number of shards. Rows of older versions are found by it, so it never changes.
 */
final class Shards {

    private static final int C1 = 0xcc9e2d51;

    private static final int C2 = 0x1b873593;

    private Shards() {}

    /** A message without key is on its own: its id spreads it. */
    static int of(@Nullable String key, String messageId, int shards) {
        byte[] bytes = ((key != null) ? key : messageId).getBytes(StandardCharsets.UTF_8);
        return (hash(bytes) & Integer.MAX_VALUE) % shards;
    }

    static int hash(byte[] bytes) {
        int hash = 0;
        int blocks = bytes.length & ~3;
        for (int i = 0; i < blocks; i += 4) {
            hash ^= scramble(littleEndian(bytes, i, 4));
            hash = Integer.rotateLeft(hash, 13) * 5 + 0xe6546b64;
        }
        hash ^= scramble(littleEndian(bytes, blocks, bytes.length - blocks));
        return avalanche(hash ^ bytes.length);
    }

    private static int littleEndian(byte[] bytes, int from, int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[from + i] & 0xff) << (8 * i);
        }
        return value;
    }

    private static int scramble(int block) {
        return Integer.rotateLeft(block * C1, 15) * C2;
    }

    private static int avalanche(int value) {
        int hash = value;
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return hash ^ (hash >>> 16);
    }
}
