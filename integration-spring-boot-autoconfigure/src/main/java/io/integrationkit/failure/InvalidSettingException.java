package io.integrationkit.failure;

import java.time.Duration;

/** A value that cannot work; who knows where it was set makes a message for the user of it. */
public final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** Longest duration of a setting; keeps sums of nanoseconds within a {@code long}. */
    public static final Duration LONGEST = Duration.ofDays(3650);

    private final String setting;

    private final String rule;

    private InvalidSettingException(String setting, String rule) {
        super(setting + " must be " + rule);
        this.setting = setting;
        this.rule = rule;
    }

    /**
     * Checks a value.
     *
     * @param valid whether it can work
     * @param setting last part of the configuration key
     * @param rule what the value must be
     * @throws InvalidSettingException if it cannot work
     */
    public static void check(boolean valid, String setting, String rule) {
        if (!valid) {
            throw new InvalidSettingException(setting, rule);
        }
    }

    /**
     * Checks that a duration is positive and not absurd.
     *
     * @param value the duration
     * @param setting last part of the configuration key
     * @throws InvalidSettingException if it is not
     */
    public static void checkDuration(Duration value, String setting) {
        check(
                !value.isNegative() && !value.isZero() && value.compareTo(LONGEST) <= 0,
                setting,
                "more than zero and at most " + LONGEST.toDays() + "d");
    }

    /**
     * Returns which value it is.
     *
     * @return last part of the configuration key
     */
    public String setting() {
        return this.setting;
    }

    /**
     * Returns what the value must be.
     *
     * @return the rule, to stand after "must be"
     */
    public String rule() {
        return this.rule;
    }
}
