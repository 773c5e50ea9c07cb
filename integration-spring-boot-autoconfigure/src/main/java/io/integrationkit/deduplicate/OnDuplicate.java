package io.integrationkit.deduplicate;

/** What a message does that was handled before. */
public enum OnDuplicate {
    /** Returns normally: nothing, or an empty {@code Optional}. */
    SKIP,
    /** Throws {@link DuplicateMessageException}. */
    THROW
}
