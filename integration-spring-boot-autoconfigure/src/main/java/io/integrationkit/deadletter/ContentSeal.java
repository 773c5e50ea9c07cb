package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts the columns of an entry's content, if the application has a cipher. Each value is bound to its entry and its
 * column, so that none can be moved to another place in the table.
 */
final class ContentSeal {

    private static final int LONGEST_KEY_ID = 100;

    private final @Nullable DeadLetterCipher cipher;

    ContentSeal(@Nullable DeadLetterCipher cipher) {
        this.cipher = cipher;
    }

    DeadLetterRows.Columns seal(String id, DeadLetterRows.Columns plain) {
        if (this.cipher == null) {
            return plain;
        }
        try {
            String keyId = this.cipher.keyId();
            if (keyId.isEmpty() || keyId.length() > LONGEST_KEY_ID) {
                throw new IllegalStateException("The id of a key has %d characters; 1 to %d are needed"
                        .formatted(keyId.length(), LONGEST_KEY_ID));
            }
            byte[] arguments = (plain.arguments() != null)
                    ? seal(
                            this.cipher,
                            keyId,
                            id,
                            "arguments",
                            plain.arguments().getBytes(StandardCharsets.UTF_8))
                    : null;
            return new DeadLetterRows.Columns(
                    (arguments != null) ? Base64.getEncoder().encodeToString(arguments) : null,
                    plain.messageId(),
                    plain.eventType(),
                    plain.eventVersion(),
                    plain.contentType(),
                    seal(this.cipher, keyId, id, "headers", plain.headers()),
                    seal(this.cipher, keyId, id, "payload", plain.payload()),
                    keyId);
        } catch (RuntimeException ex) {
            // Nobody knows what the message of a cipher quotes.
            throw new ProblemException(
                    ProblemCode.DEAD_LETTER_CIPHER,
                    FailureCategory.TEMPORARY,
                    "dead letter %s cannot be encrypted and was not stored: the bean of type %s failed with %s"
                            .formatted(
                                    id,
                                    DeadLetterCipher.class.getName(),
                                    ex.getClass().getName()));
        }
    }

    private static byte @Nullable [] seal(
            DeadLetterCipher cipher, String keyId, String id, String column, byte @Nullable [] plain) {
        return (plain != null) ? cipher.encrypt(keyId, plain, associatedData(id, column)) : null;
    }

    private static byte[] associatedData(String id, String column) {
        return (id + "/" + column).getBytes(StandardCharsets.UTF_8);
    }

    String openText(String id, String column, String stored, @Nullable String keyId) {
        if (keyId == null) {
            return stored;
        }
        try {
            return new String(open(id, column, Base64.getDecoder().decode(stored), keyId), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException ex) {
            throw unreadable(id, keyId, "column '%s' is not what was stored".formatted(column));
        }
    }

    byte[] open(String id, String column, byte[] stored, @Nullable String keyId) {
        if (keyId == null) {
            return stored;
        }
        if (this.cipher == null) {
            throw unreadable(id, keyId, "there is no bean of type " + DeadLetterCipher.class.getName());
        }
        try {
            return this.cipher.decrypt(keyId, stored, associatedData(id, column));
        } catch (RuntimeException ex) {
            throw unreadable(
                    id,
                    keyId,
                    "the bean of type %s failed with %s"
                            .formatted(
                                    DeadLetterCipher.class.getName(),
                                    ex.getClass().getName()));
        }
    }

    private static ProblemException unreadable(String id, String keyId, String why) {
        return new ProblemException(
                ProblemCode.DEAD_LETTER_CIPHER,
                FailureCategory.PERMANENT,
                "dead letter %s cannot be decrypted: it is under key '%s', and %s"
                        .formatted(id, Text.line(keyId), why));
    }
}
