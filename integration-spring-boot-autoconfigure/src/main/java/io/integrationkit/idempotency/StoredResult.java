package io.integrationkit.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * How a call ended, as it is stored.
 *
 * @param kind what the payload is
 * @param payload JSON in UTF-8, or what a {@link ResultCipher} made of it; {@code null} unless the kind has one
 */
public record StoredResult(Kind kind, byte @Nullable [] payload) {

    /** What a call ended with. */
    public enum Kind {
        /** A value, stored as its JSON. */
        VALUE,
        /** A response of a controller method: status, headers that are repeated, and body, stored as JSON. */
        RESPONSE,
        /** {@code null}. */
        NULL,
        /** The method returns nothing. */
        VOID,
        /** {@code Optional.empty()}. */
        EMPTY,
        /** A failure that is remembered: category, message, and what it takes to throw it again. */
        ERROR,
        /** A result that could not be stored, or is too large. The work was done and must not be done again. */
        TOMBSTONE
    }

    static StoredResult of(Kind kind) {
        return new StoredResult(kind, null);
    }
}
