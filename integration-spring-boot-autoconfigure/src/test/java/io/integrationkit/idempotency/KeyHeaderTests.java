package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.Operation;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyHeaderTests {

    private static Operation operation() throws NoSuchMethodException {
        return new Operation("shop.order", "shop", Object.class, Object.class.getMethod("toString"));
    }

    private static String parse(String... lines) throws NoSuchMethodException {
        return KeyHeader.parse(List.of(lines), operation());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '\'',
            value = {
                "\"abc\" abc",
                "abc abc",
                "\"a\\\"b\" a\"b",
                "\"a\\\\b\" a\\b",
                "\"a,b;c=d\" a,b;c=d",
                "YWI= YWI=",
                "' \t\"abc\" ' abc"
            })
    void aKeyIsTheTextOfTheStringOrTheTextItself(String header, String key) throws Exception {
        assertThat(parse(header)).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\"",
                "\"\"",
                "\"a",
                "a\"",
                "\"a\\",
                "\"a\\\"",
                "\"\\a\"",
                "\"a\"b",
                "\"a\";b",
                "a,b",
                "a;b",
                "a\\b",
                "a b",
                "\"a b\"",
                "ä",
                "\"ä\"",
                "a\u007f",
                "\"\u0000\""
            })
    void whatIsNoKeyIsRefusedAndNotQuoted(String header) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> parse(header))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.KEY_MALFORMED);
                    assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION);
                })
                .withMessageStartingWith("INT-413: shop.order ");
    }

    @Test
    void noHeaderIsAnotherProblemThanTwo() {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(KeyHeaderTests::parse)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.KEY_MISSING));
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> parse("a", "a"))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.KEY_MALFORMED));
    }

    @Test
    void anyVisibleTextQuotedIsReadAsItIsAndAnyNoiseIsReadOrRefused() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            String text = text(random, 1 + random.nextInt(255), '!', '~');
            String quoted = '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            assertThat(parse(quoted)).as("seed %d", seed).isEqualTo(text);
            String noise = text(random, random.nextInt(6), '\0', '\u0100');
            try {
                assertThat(parse(noise)).as("seed %d", seed).matches("[!-~]{1,255}");
            } catch (ProblemException ex) {
                assertThat(ex.code()).as("seed %d", seed).isEqualTo(ProblemCode.KEY_MALFORMED);
            }
        }
    }

    private static String text(Random random, int length, char first, char last) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) (first + random.nextInt(last - first + 1)));
        }
        return text.toString();
    }
}
