package io.integrationkit.deadletter;

import org.jspecify.annotations.Nullable;

/**
 * An entry that a replay could take up.
 *
 * @param position place in the order of first failure, above zero; not without gaps
 * @param id id of the entry
 * @param kind whether a call or a message was given up
 * @param name operation of a call, destination of a message
 * @param key what identifies a call among its repetitions; the ordering key of a message; {@code null} if there is none
 */
public record OpenDeadLetter(
        long position,
        String id,
        DeadLetter.Kind kind,
        String name,
        @Nullable String key) {}
