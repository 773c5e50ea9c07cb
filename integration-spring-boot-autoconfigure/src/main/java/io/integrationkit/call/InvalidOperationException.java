package io.integrationkit.call;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.InvalidSettingException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An annotated method or a setting cannot work as it stands; start-up ends with it. */
public class InvalidOperationException extends ProblemException {

    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * Creates an exception.
     *
     * @param code which problem it is
     * @param message what is wrong, naming bean and method
     * @param action what to change
     */
    public InvalidOperationException(ProblemCode code, String message, String action) {
        this(code, message, action, null);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param code which problem it is
     * @param message what is wrong, naming the setting and its value
     * @param action what to change
     * @param cause the exception behind it, or {@code null}
     */
    protected InvalidOperationException(ProblemCode code, String message, String action, @Nullable Throwable cause) {
        super(code, FailureCategory.PERMANENT, message, null, cause);
        this.action = action;
    }

    /**
     * Refuses the value of a setting.
     *
     * @param setting key and value, such as {@code integration.events.concurrency=0}
     * @param why what is wrong with it, to stand behind the value
     * @param example a value that can work
     * @return the exception, INT-106
     */
    public static InvalidOperationException ofSetting(String setting, String why, String example) {
        return new InvalidOperationException(
                ProblemCode.INVALID_SETTING, setting + " " + why, "Set it to %s.".formatted(example));
    }

    /**
     * Refuses a time that is not positive, or too long to be measured.
     *
     * @param key key of the setting
     * @param value its value
     * @param example a value that can work
     * @throws InvalidOperationException if it cannot
     */
    public static void requireTime(String key, Duration value, String example) {
        if (value.isZero() || value.isNegative() || value.compareTo(InvalidSettingException.LONGEST) > 0) {
            throw ofSetting(
                    key + "=" + value,
                    "is not more than zero and at most %dd".formatted(InvalidSettingException.LONGEST.toDays()),
                    "a time such as " + example);
        }
    }

    /**
     * Refuses a number below one.
     *
     * @param key key of the setting
     * @param value its value
     * @param why what is wrong with less than one, to stand behind the value
     * @throws InvalidOperationException if it is less than one
     */
    public static void requireCount(String key, int value, String why) {
        if (value < 1) {
            throw ofSetting(key + "=" + value, why, "one or more");
        }
    }

    /**
     * Returns what to change.
     *
     * @return the action the failure analysis shows
     */
    public String action() {
        return this.action;
    }
}
