package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are meant. Every condition that is set must hold; values are compared literally. Shared by list, count,
 * groups, export, discard and replay, so that what is listed is what is replayed.
 *
 * @param kind calls or messages, {@code null} for both
 * @param name operation or destination, {@code null} for any
 * @param category category of the last failure, {@code null} for any
 * @param status status of the entry, {@code null} for any
 * @param key key of the entry, {@code null} for any
 * @param fingerprint fingerprint of the last failure, {@code null} for any
 * @param eventType logical type of the event a message carries, {@code null} for any
 * @param tenant tenant, {@code null} for any
 * @param text part of the last failure's exception type or message, whatever its case; {@code null} for any
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
        @Nullable String eventType,
        @Nullable String tenant,
        @Nullable String text,
        @Nullable Instant failedSince,
        @Nullable Instant failedBefore) {

    private static final DeadLetterFilter ALL = new Draft().build();

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
        return with((draft) -> draft.kind = wanted);
    }

    /**
     * Returns a copy with another name.
     *
     * @param wanted operation or destination, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withName(@Nullable String wanted) {
        return with((draft) -> draft.name = wanted);
    }

    /**
     * Returns a copy with another category.
     *
     * @param wanted category of the last failure, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withCategory(@Nullable FailureCategory wanted) {
        return with((draft) -> draft.category = wanted);
    }

    /**
     * Returns a copy with another status.
     *
     * @param wanted status of the entry, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withStatus(DeadLetter.@Nullable Status wanted) {
        return with((draft) -> draft.status = wanted);
    }

    /**
     * Returns a copy with another key.
     *
     * @param wanted key of the entry, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withKey(@Nullable String wanted) {
        return with((draft) -> draft.key = wanted);
    }

    /**
     * Returns a copy with another fingerprint.
     *
     * @param wanted fingerprint of the last failure, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withFingerprint(@Nullable String wanted) {
        return with((draft) -> draft.fingerprint = wanted);
    }

    /**
     * Returns a copy with another event type.
     *
     * @param wanted logical type of the event a message carries, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withEventType(@Nullable String wanted) {
        return with((draft) -> draft.eventType = wanted);
    }

    /**
     * Returns a copy with another tenant.
     *
     * @param wanted tenant, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withTenant(@Nullable String wanted) {
        return with((draft) -> draft.tenant = wanted);
    }

    /**
     * Returns a copy with another text.
     *
     * @param wanted part of the last failure's exception type or message, {@code null} for any
     * @return the copy
     */
    public DeadLetterFilter withText(@Nullable String wanted) {
        return with((draft) -> draft.text = wanted);
    }

    /**
     * Returns a copy with another range for the last failure.
     *
     * @param since earliest, inclusive, {@code null} for no bound
     * @param before latest, exclusive, {@code null} for no bound
     * @return the copy
     */
    public DeadLetterFilter withFailedBetween(@Nullable Instant since, @Nullable Instant before) {
        return with((draft) -> {
            draft.failedSince = since;
            draft.failedBefore = before;
        });
    }

    private DeadLetterFilter with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.build();
    }

    boolean matches(DeadLetter letter) {
        return (this.kind == null || this.kind == letter.kind())
                && (this.name == null || this.name.equals(letter.name()))
                && (this.category == null || this.category == letter.category())
                && (this.status == null || this.status == letter.status())
                && (this.key == null || this.key.equals(letter.key()))
                && (this.fingerprint == null || this.fingerprint.equals(letter.fingerprint()))
                && (this.eventType == null || this.eventType.equals(letter.eventType()))
                && (this.tenant == null || this.tenant.equals(letter.tenant()))
                && (this.text == null || contains(letter.exceptionType()) || contains(letter.message()))
                && (this.failedSince == null || !letter.lastFailedAt().isBefore(this.failedSince))
                && (this.failedBefore == null || letter.lastFailedAt().isBefore(this.failedBefore));
    }

    private boolean contains(String value) {
        return this.text != null && value.toLowerCase(Locale.ROOT).contains(this.text.toLowerCase(Locale.ROOT));
    }

    /** A filter that is being changed. */
    private static final class Draft {

        private DeadLetter.@Nullable Kind kind;

        private @Nullable String name;

        private @Nullable FailureCategory category;

        private DeadLetter.@Nullable Status status;

        private @Nullable String key;

        private @Nullable String fingerprint;

        private @Nullable String eventType;

        private @Nullable String tenant;

        private @Nullable String text;

        private @Nullable Instant failedSince;

        private @Nullable Instant failedBefore;

        Draft() {}

        Draft(DeadLetterFilter filter) {
            this.kind = filter.kind;
            this.name = filter.name;
            this.category = filter.category;
            this.status = filter.status;
            this.key = filter.key;
            this.fingerprint = filter.fingerprint;
            this.eventType = filter.eventType;
            this.tenant = filter.tenant;
            this.text = filter.text;
            this.failedSince = filter.failedSince;
            this.failedBefore = filter.failedBefore;
        }

        DeadLetterFilter build() {
            return new DeadLetterFilter(
                    this.kind,
                    this.name,
                    this.category,
                    this.status,
                    this.key,
                    this.fingerprint,
                    this.eventType,
                    this.tenant,
                    this.text,
                    this.failedSince,
                    this.failedBefore);
        }
    }
}
