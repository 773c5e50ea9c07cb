package io.integrationkit.sample.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebhookSignatureTests {

    /** Body, secret and signature from GitHub's documentation of webhook signatures. */
    private static final byte[] BODY = "Hello, World!".getBytes(StandardCharsets.UTF_8);

    private static final String SECRET = "It's a Secret to Everybody";

    private static final String SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    @Test
    void acceptsTheSignatureOfGithubsOwnExample() {
        assertThat(new WebhookSignature(List.of(SECRET)).matches(BODY, SIGNATURE))
                .isTrue();
    }

    @Test
    void acceptsBothSecretsDuringARotation() {
        WebhookSignature rotating = new WebhookSignature(List.of("the new one", SECRET));
        assertThat(rotating.matches(BODY, SIGNATURE)).isTrue();
        assertThat(new WebhookSignature(List.of("the new one")).matches(BODY, SIGNATURE))
                .isFalse();
    }

    @Test
    void refusesAnotherBodyAnotherSecretAndAnotherForm() {
        WebhookSignature signature = new WebhookSignature(List.of(SECRET));
        assertThat(signature.matches("Hello, World?".getBytes(StandardCharsets.UTF_8), SIGNATURE))
                .isFalse();
        assertThat(signature.matches(BODY, SIGNATURE.replace('7', '8'))).isFalse();
        assertThat(signature.matches(BODY, SIGNATURE.substring("sha256=".length())))
                .isFalse();
        assertThat(signature.matches(BODY, "sha256=")).isFalse();
        assertThat(signature.matches(BODY, "")).isFalse();
    }

    @Test
    void signsTheRawBytesWhateverTheyAre() {
        byte[] notText = {(byte) 0xff, 0, (byte) 0xc3};
        assertThat(new WebhookSignature(List.of(SECRET)).matches(notText, SIGNATURE))
                .isFalse();
    }
}
