package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hash is part of what is stored: these values may never change. */
class ShardsTests {

    @ParameterizedTest
    @CsvSource({
        "'', 0x00000000",
        "a, 0x3c2569b2",
        "test, 0xba6bd213",
        "'Hello, world!', 0xc0363e43",
        "The quick brown fox jumps over the lazy dog, 0x2e4ff723"
    })
    void hashIsMurmur3(String text, String expected) {
        assertThat(Shards.hash(text.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Integer.parseUnsignedInt(expected.substring(2), 16));
    }

    @Test
    void shardOfAKeyNeverChanges() {
        assertThat(Shards.of("test", "any", 64)).isEqualTo(0xba6bd213 & 63);
        assertThat(Shards.of("octo/größe", "any", 64)).isEqualTo(Shards.of("octo/größe", "other", 64));
    }

    @Test
    void keysAreSpreadOverAllShards() {
        BitSet used = new BitSet();
        for (int i = 0; i < 2000; i++) {
            used.set(Shards.of("repository/" + i, "any", 64));
        }
        assertThat(used.cardinality()).isEqualTo(64);
    }

    @Test
    void messagesWithoutKeyAreSpreadByTheirId() {
        BitSet used = new BitSet();
        for (int i = 0; i < 2000; i++) {
            used.set(Shards.of(null, "id-" + i, 64));
        }
        assertThat(used.cardinality()).isEqualTo(64);
    }
}
