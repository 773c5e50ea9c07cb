package io.integrationkit.deadletter;

import io.integrationkit.call.Compensation;
import io.integrationkit.failure.FailureCategory;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sees of a call or message that was given up. Never has arguments, payload or headers: those stay in
 * the store.
 *
 * @param position place in the order of first failure, above zero; not without gaps
 * @param id id of the entry; the same for the same call or message, however often it is given up
 * @param kind whether a call or a message was given up
 * @param name operation of a call, destination of a message
 * @param key what identifies a call among its repetitions; the ordering key of a message; {@code null} if there is none
 * @param messageId id of a message, {@code null} for a call
 * @param eventType logical type of the event a message carries, or {@code null}
 * @param eventVersion version of that type, {@code null} for a call
 * @param tenant for which tenant the thread worked that gave it up, {@code null} if for none
 * @param category what kind of failure the last one was
 * @param exceptionType class name of the last failure
 * @param message message of the last failure: one line, at most 500 characters
 * @param fingerprint hash of the last failure's types and top frames, the same for failures of the same origin
 * @param attempts attempts ever made, replays included
 * @param firstFailedAt when it was given up first
 * @param lastFailedAt when it was given up last
 * @param correlationId correlation id of the call that failed last, or {@code null}
 * @param status where the entry stands
 * @param replays replays that ended, whatever their result
 * @param compensation what became of the compensation of a call when it was given up last
 * @param closedAt since when it is resolved or discarded, by the clock of the store; {@code null} while it is open
 * @param note why it was discarded or parked, or what the last replay met; {@code null} if there is nothing to say
 */
public record DeadLetter(
        long position,
        String id,
        Kind kind,
        String name,
        @Nullable String key,
        @Nullable String messageId,
        @Nullable String eventType,
        @Nullable Integer eventVersion,
        @Nullable String tenant,
        FailureCategory category,
        String exceptionType,
        String message,
        String fingerprint,
        int attempts,
        Instant firstFailedAt,
        Instant lastFailedAt,
        @Nullable String correlationId,
        Status status,
        int replays,
        Compensation compensation,
        @Nullable Instant closedAt,
        @Nullable String note) {

    /** What was given up. */
    public enum Kind {
        /** A call of an operation. */
        CALL,
        /** A message to a destination. */
        MESSAGE
    }

    /** Where an entry stands. */
    public enum Status {
        /** Waits for an operator. */
        NEW,
        /** Somebody is replaying it, or died while doing so; claimed again once the replay's lease is over. */
        REPLAYING,
        /**
         * Set aside until somebody takes it up: selections leave it out unless they ask for it. So are events that wait
         * for a newer version of the application.
         */
        PARKED,
        /** A replay succeeded. */
        RESOLVED,
        /** An operator decided that it will never be done. */
        DISCARDED
    }
}
