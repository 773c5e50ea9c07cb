package io.integrationkit.sample.demo;

/**
 * What an operator does in the middle of a run.
 *
 * @param description what it changes, for the report
 * @param action does it
 */
public record Intervention(String description, Runnable action) {

    /** Nobody does anything. */
    public static final Intervention NONE = new Intervention("", () -> {});
}
