package io.integrationkit.sample.hub;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks {@code X-Hub-Signature-256}: HMAC-SHA256 of the raw body under one of the secrets in force. All secrets are
 * tried, each in constant time, so that the time taken tells neither how much of a guess was right nor which secret fit.
 */
final class WebhookSignature {

    private static final String ALGORITHM = "HmacSHA256";

    private static final String PREFIX = "sha256=";

    private final List<SecretKeySpec> secrets;

    WebhookSignature(List<String> secrets) {
        this.secrets = secrets.stream()
                .map((secret) -> new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM))
                .toList();
    }

    boolean matches(byte[] body, String signature) {
        byte[] given = signature.getBytes(StandardCharsets.UTF_8);
        boolean matches = false;
        for (SecretKeySpec secret : this.secrets) {
            matches |= MessageDigest.isEqual(sign(body, secret), given);
        }
        return matches;
    }

    private static byte[] sign(byte[] body, SecretKeySpec secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return (PREFIX + HexFormat.of().formatHex(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
        } catch (GeneralSecurityException ex) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, ex);
        }
    }
}
