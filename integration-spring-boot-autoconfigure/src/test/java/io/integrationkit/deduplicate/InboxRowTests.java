package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InboxRowTests {

    private static final List<String> CHARACTERS =
            List.of("a", "b", " ", "é", "\uFFFD", "漢", "\uD83D\uDE00", "\uD834\uDD1E");

    @Test
    void rowsHaveTheOrderOfTheirBytes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<InboxRow> rows = Stream.generate(() -> row(random)).limit(2_000).toList();
        assertThat(rows.stream().sorted())
                .as("seed %d", seed)
                .containsExactlyElementsOf(rows.stream()
                        .sorted(Comparator.comparing(InboxRowTests::bytes, Arrays::compareUnsigned))
                        .toList());
    }

    private static InboxRow row(Random random) {
        return InboxRow.of(new MessageIdentity(text(random), text(random), text(random)));
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(4); left > 0; left--) {
            text.append(CHARACTERS.get(random.nextInt(CHARACTERS.size())));
        }
        return text.toString();
    }

    /** What is stored has no character 0. */
    private static byte[] bytes(InboxRow row) {
        return String.join("\0", row.consumer(), row.source(), row.id()).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsTooLongOrHasACharacterThatPostgresRefusesIsAHash() {
        assertThat(InboxRow.stored("x".repeat(256))).startsWith("sha256:").hasSizeLessThan(256);
        assertThat(InboxRow.stored("x\0y")).startsWith("sha256:").isNotEqualTo(InboxRow.stored("x\0z"));
        assertThat(InboxRow.stored("x".repeat(255))).isEqualTo("x".repeat(255));
    }
}
