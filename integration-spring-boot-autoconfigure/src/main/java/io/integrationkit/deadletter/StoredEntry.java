package io.integrationkit.deadletter;

import org.jspecify.annotations.Nullable;

/**
 * An entry with what is needed to do it again.
 *
 * @param letter the entry
 * @param content the content, {@code null} if it cannot be decrypted
 */
record StoredEntry(DeadLetter letter, @Nullable Content content) {}
