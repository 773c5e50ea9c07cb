package io.integrationkit.call;

/**
 * One value of a plan, with where it came from.
 *
 * @param name name of the setting, such as {@code retry.max-attempts}
 * @param value value in force, as text
 * @param source annotation attribute, configuration key or {@code default}
 */
public record Setting(String name, String value, String source) {

    /** Source of a value that nobody set. */
    public static final String DEFAULT = "default";
}
