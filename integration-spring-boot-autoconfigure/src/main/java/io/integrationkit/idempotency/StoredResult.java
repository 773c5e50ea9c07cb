package io.integrationkit.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * How a call ended, as it is stored.
 *
 * @param kind what the payload is
 * @param payload JSON in UTF-8; {@code null} unless the kind has one
 */
public record StoredResult(Kind kind, byte @Nullable [] payload) {

    /** What a call ended with. */
    public enum Kind {
        /** A value, stored as its JSON. */
        VALUE,
        /** {@code null}. */
        NULL,
        /** The method returns nothing. */
        VOID,
        /** {@code Optional.empty()}. */
        EMPTY,
        /** A failure that is remembered; its category and message are stored. */
        ERROR,
        /** A value that could not be stored. The work was done and must not be done again. */
        TOMBSTONE
    }

    static StoredResult of(Kind kind) {
        return new StoredResult(kind, null);
    }
}
