package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are meant. Every condition that is set must hold; values are compared literally. Shared by list, count
 * and replay, so that what is listed is what is replayed.
 *
 * @param kind calls or messages, {@code null} for both
 * @param name operation or destination, {@code null} for any
 * @param category category of the last failure, {@code null} for any
 * @param status status of the entry, {@code null} for any
 * @param key key of the entry, {@code null} for any
 * @param fingerprint fingerprint of the last failure, {@code null} for any
 * @param failedSince earliest last failure, inclusive, {@code null} for no bound
 * @param failedBefore latest last failure, exclusive, {@code null} for no bound
 */
public record DeadLetterFilter(
        DeadLetter.@Nullable Kind kind,
        @Nullable String name,
        @Nullable FailureCategory category,
        DeadLetter.@Nullable Status status,
        @Nullable String key,
        @Nullable String fingerprint,
        @Nullable Instant failedSince,
        @Nullable Instant failedBefore) {

    private static final DeadLetterFilter ALL = new DeadLetterFilter(null, null, null, null, null, null, null, null);

    /**
     * Returns the filter without conditions.
     *
     * @return a filter that every entry passes
     */
    public static DeadLetterFilter all() {
        return ALL;
    }

    /**
     * Returns a copy with another kind.
     *
     * @param wanted calls or messages, {@code null} for both
     * @return the copy
     */
    public DeadLetterFilter withKind(DeadLetter.@Nullable Kind wanted) {
        return new DeadLetterFilter(
                wanted,
                this.name,
                this.category,
                this.status,
                this.key,
                this.fingerprint,
                this.failedSince,
                this.failedBefore);
    }

    /**
     * Returns a copy with another name.
     *
     * @param wanted operation or destination, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withName(@Nullable String wanted) {
        return new DeadLetterFilter(
                this.kind,
                wanted,
                this.category,
                this.status,
                this.key,
                this.fingerprint,
                this.failedSince,
                this.failedBefore);
    }

    /**
     * Returns a copy with another category.
     *
     * @param wanted category of the last failure, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withCategory(@Nullable FailureCategory wanted) {
        return new DeadLetterFilter(
                this.kind,
                this.name,
                wanted,
                this.status,
                this.key,
                this.fingerprint,
                this.failedSince,
                this.failedBefore);
    }

    /**
     * Returns a copy with another status.
     *
     * @param wanted status of the entry, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withStatus(DeadLetter.@Nullable Status wanted) {
        return new DeadLetterFilter(
                this.kind,
                this.name,
                this.category,
                wanted,
                this.key,
                this.fingerprint,
                this.failedSince,
                this.failedBefore);
    }

    /**
     * Returns a copy with another key.
     *
     * @param wanted key of the entry, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withKey(@Nullable String wanted) {
        return new DeadLetterFilter(
                this.kind,
                this.name,
                this.category,
                this.status,
                wanted,
                this.fingerprint,
                this.failedSince,
                this.failedBefore);
    }

    /**
     * Returns a copy with another fingerprint.
     *
     * @param wanted fingerprint of the last failure, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withFingerprint(@Nullable String wanted) {
        return new DeadLetterFilter(
                this.kind,
                this.name,
                this.category,
                this.status,
                this.key,
                wanted,
                this.failedSince,
                this.failedBefore);
    }

    /**
     * Returns a copy with another range for the last failure.
     *
     * @param since earliest, inclusive, {@code null} for no bound
     * @param before latest, exclusive, {@code null} for no bound
     * @return the copy
     */
    public DeadLetterFilter withFailedBetween(@Nullable Instant since, @Nullable Instant before) {
        return new DeadLetterFilter(
                this.kind, this.name, this.category, this.status, this.key, this.fingerprint, since, before);
    }

    boolean matches(DeadLetter letter) {
        return (this.kind == null || this.kind == letter.kind())
                && (this.name == null || this.name.equals(letter.name()))
                && (this.category == null || this.category == letter.category())
                && (this.status == null || this.status == letter.status())
                && (this.key == null || this.key.equals(letter.key()))
                && (this.fingerprint == null || this.fingerprint.equals(letter.fingerprint()))
                && (this.failedSince == null || !letter.lastFailedAt().isBefore(this.failedSince))
                && (this.failedBefore == null || letter.lastFailedAt().isBefore(this.failedBefore));
    }
}
