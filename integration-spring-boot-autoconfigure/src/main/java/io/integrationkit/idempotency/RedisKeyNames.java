package io.integrationkit.idempotency;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * How keys are called in Redis: prefix, hash, operation and scope, each with its length before it, so that two keys never
 * have one name.
 */
record RedisKeyNames(String prefix) {

    private static final Pattern SPECIAL = Pattern.compile("([*?\\[\\]\\\\])");

    byte[] of(IdempotencyKey key) {
        return bytes(beginning(key.operation(), key.hash()) + key.scope());
    }

    /** Matches the key in all its scopes. */
    String patternOf(String operation, String hash) {
        return literally(beginning(operation, hash)) + "*";
    }

    String patternOfAll() {
        return literally(this.prefix) + "*";
    }

    String scope(byte[] name, String operation, String hash) {
        return new String(name, StandardCharsets.UTF_8)
                .substring(beginning(operation, hash).length());
    }

    private String beginning(String operation, String hash) {
        return "%s%d:%s:%d:%s:".formatted(this.prefix, hash.length(), hash, operation.length(), operation);
    }

    private static String literally(String text) {
        return SPECIAL.matcher(text).replaceAll("\\\\$1");
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
