package io.integrationkit.idempotency;

import io.integrationkit.failure.FailureCategory;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A failure that is remembered.
 *
 * @param category its category
 * @param message message of the exception
 * @param type class of the exception if it may be thrown again as what it is. Only compared with what the code that
 *     reads it knows; a name alone makes nothing
 * @param answer what an HTTP client is told, if the exception says so
 */
record StoredFailure(
        FailureCategory category,
        @Nullable String message,
        @Nullable String type,
        @Nullable Answer answer) {

    private static final int MAX_TEXT = 500;

    StoredFailure {
        message = shortened(message);
    }

    /** The same failure without what may be large or cannot be written. */
    StoredFailure reduced() {
        return new StoredFailure(
                this.category, this.message, this.type, (this.answer != null) ? this.answer.reduced() : null);
    }

    private static @Nullable String shortened(@Nullable String text) {
        return (text != null && text.length() > MAX_TEXT) ? text.substring(0, MAX_TEXT) : text;
    }

    /**
     * The answer to an HTTP client, by the members of a problem detail.
     *
     * @param status status of the response
     * @param byStatus whether the exception was a {@code ResponseStatusException}, which applications handle on its own
     * @param type what kind of problem it is
     * @param title its title
     * @param detail what happened
     * @param properties further members
     */
    record Answer(
            int status,
            boolean byStatus,
            @Nullable URI type,
            @Nullable String title,
            @Nullable String detail,
            @Nullable Map<String, Object> properties) {

        private Answer reduced() {
            return new Answer(
                    this.status, this.byStatus, this.type, shortened(this.title), shortened(this.detail), null);
        }
    }
}
