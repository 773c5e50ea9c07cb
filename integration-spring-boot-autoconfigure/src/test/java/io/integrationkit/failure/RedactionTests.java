package io.integrationkit.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTests {

    private static final String CARD = "4111111111111111";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "I/O error on POST https://bob:CANARY@bank.example/pay: refused",
                "I/O error on POST https://bob:CAN/ARY@bank.example/pay: refused CAN?RY",
                "GET \"https://bank.example/pay?id=7&x=CANARY#CANARY\" failed",
                "jdbc:postgresql://db/shop?user=bob&x=CANARY",
                "401 for Authorization: Bearer CANARY",
                "401 for Authorization: Digest username=\"bob\", response=\"CANARY\"",
                "headers [Authorization:\"Bearer CANARY\", Accept:\"*/*\"]",
                "headers {Authorization=[Basic CANARY, CANARY], Accept=[*/*]}",
                "Set-Cookie: a=CANARY; Path=/; b=CANARY",
                "sent bearer CANARY.x-y_z to nobody",
                "sent Basic Q0FOQVJZ=CANARY",
                "login failed: password=CANARY, user=bob",
                "login failed: user password : 'CANARY CANARY' for bob",
                "spring.datasource.password=CANARY",
                "{\"id\":7,\"password\":\"CANARY\\\"CANARY\"}",
                "{\"id\":7,\"cvv\":{\"value\":\"}CANARY\",\"of\":[\"CANARY\"]}}",
                "{\"id\":7,\"tokens\":[\"a]CANARY\",\"CANARY\"]}",
                "said \"{\\\"client_secret\\\":\\\"CANARY\\\",\\\"id\\\":7}\"",
                "said \"{\\\"tokens\\\":[\\\"a]CANARY\\\",\\\"CANARY\\\"],\\\"id\\\":7}\"",
                "{\"password\":\"never closed CANARY",
                "<order><api-key>CANARY</api-key></order>",
                "Detail: Key (email)=(CANARY@example.com) already exists.",
                "Field error on field 'name': rejected value [CANARY]; codes []",
                "jwt eyJhbGciOiJub25lIn0.eyJDQU5BUlkiOjF9.CANARY-_x went",
                "?access_token=CANARY&x=1",
            })
    void whatLooksLikeASecretIsTakenOut(String text) {
        assertThat(Redaction.STANDARD.of(text)).doesNotContain("CANARY").contains(Redaction.MASK);
    }

    @Test
    void whatIsAroundASecretStays() {
        assertThat(Redaction.STANDARD.of("POST https://bob:pw@bank.example/pay?id=7: 503 after 2 s"))
                .isEqualTo("POST https://***@bank.example/pay?*** 503 after 2 s");
        assertThat(Redaction.STANDARD.of("password=x, user=bob")).isEqualTo("password=***, user=bob");
        assertThat(Redaction.STANDARD.of("{\"password\":\"x\",\"id\":7}")).isEqualTo("{\"password\":\"***\",\"id\":7}");
        assertThat(Redaction.STANDARD.of("card " + CARD + " was refused")).isEqualTo("card *** was refused");
    }

    @Test
    void cardNumbersAreTakenOutWhereverTheyAreAndHoweverTheyAreGrouped() {
        for (String card : List.of(CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "x" + CARD)) {
            assertThat(Redaction.STANDARD.of("2026-11-22 18 " + card + ", refused"))
                    .as(card)
                    .doesNotContain("1111")
                    .doesNotContain("378282246310005")
                    .endsWith("***, refused");
        }
        assertThat(Redaction.STANDARD.of("{\"n\":" + CARD + "}")).isEqualTo("{\"n\":***}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the carrier is down",
                "503 Service Unavailable",
                "GET http://bank.example:8080/pay/7 at user@example: refused",
                "Basic authentication is needed",
                "order 4111111111111112 at 1700000000000 ms, 12345678901234567890 bytes",
                "550e8400-e29b-41d4-a716-446655440000 is missing",
                "passwords are checked: yes",
                "expected 'card' but was 'cash'",
                "",
            })
    void whatIsNoSecretStays(String text) {
        assertThat(Redaction.STANDARD.of(text)).isSameAs(text);
    }

    @Test
    void furtherNamesOfFieldsAreKnown() {
        Redaction redaction = Redaction.STANDARD.with(List.of("*iban", "shoe size"));

        assertThat(redaction.of("shoe_size=44 hat=7")).isEqualTo("shoe_size=*** hat=7");
        assertThat(redaction.masks("ShoeSize")).isTrue();
        assertThat(redaction.masks("customerIban")).isTrue();
        assertThat(redaction.masks("card_number")).isTrue();
        assertThat(redaction.masks("cardboard")).isFalse();
        assertThat(redaction.masks("x".repeat(300))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "1",
                "1 ",
                "a=",
                "password=",
                "password=[",
                "password='",
                "password=\\\"",
                "a://",
                "a://:x",
                "a://b@",
                "a://b?",
                "\\",
                "\"",
                "{",
                "card:{\"",
                "Bearer ",
                "Basic Aa",
                "eyJ",
                "<card>",
                "4111-",
                "password \" ",
                "rejected value [",
                "authorization:",
                "a:a@",
                "é"
            })
    @Timeout(20)
    void aLongTextTakesNoLongerThanItsLength(String part) {
        Redaction.STANDARD.of(part.repeat((1 << 20) / part.length()));
        NamePatterns.loosely(List.of("*a*a*a*a*a*b")).match("a".repeat(256));
    }

    @Test
    void anExceptionIsToldWithItsClassAndStackTracesAndWithoutItsSecrets() {
        IllegalStateException cause = new IllegalStateException("password=CANARY");
        RuntimeException failure = new RuntimeException(cause);
        failure.addSuppressed(new IllegalArgumentException("token=CANARY"));
        cause.addSuppressed(failure);

        StringWriter told = new StringWriter();
        Redaction.STANDARD.of(failure).printStackTrace(new PrintWriter(told, true));

        assertThat(told.toString())
                .doesNotContain("CANARY")
                .contains("java.lang.RuntimeException: java.lang.IllegalStateException: password=***")
                .contains("Suppressed: java.lang.IllegalArgumentException: token=***")
                .contains("RedactionTests.anExceptionIsToldWithItsClassAndStackTracesAndWithoutItsSecrets");
        RuntimeException harmless = new RuntimeException("down", new IllegalStateException());
        assertThat(Redaction.STANDARD.of(harmless)).isSameAs(harmless);
    }
}
