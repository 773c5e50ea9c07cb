package io.integrationkit.actuate;

import io.integrationkit.failure.FailureCategory;
import org.jspecify.annotations.Nullable;

/** What is known of the handling of a message that is observed. */
public final class HandledMessage {

    private final String handler;

    private final String type;

    private volatile @Nullable Outcome outcome;

    private volatile @Nullable FailureCategory category;

    HandledMessage(String handler, String type) {
        this.handler = handler;
        this.type = type;
    }

    /**
     * Returns who handles it.
     *
     * @return id of the listener, or name of the handler
     */
    public String handler() {
        return this.handler;
    }

    /**
     * Returns its type; anybody can write anything into a header, so types that nobody here knows are all the same.
     *
     * @return name of an event type of this application, {@code other}, or {@code none}
     */
    public String type() {
        return this.type;
    }

    /**
     * Returns what came of it.
     *
     * @return the outcome, or {@code null} while it is handled
     */
    public @Nullable Outcome outcome() {
        return this.outcome;
    }

    /**
     * Returns how it failed.
     *
     * @return the category, or {@code null} if it did not
     */
    public @Nullable FailureCategory category() {
        return this.category;
    }

    void ended(Outcome how, @Nullable FailureCategory why) {
        this.category = why;
        this.outcome = how;
    }

    /** What came of a message. */
    public enum Outcome {
        /** It was handled. */
        HANDLED,
        /** It had been handled before. */
        DUPLICATE,
        /** It could not be handled this time. */
        FAILED
    }
}
