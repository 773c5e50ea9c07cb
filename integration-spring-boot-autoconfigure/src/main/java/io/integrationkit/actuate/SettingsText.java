package io.integrationkit.actuate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Settings in one line, because an operation of an endpoint takes texts and no maps. */
final class SettingsText {

    private static final Pattern SEPARATORS = Pattern.compile("[,\\n]");

    private SettingsText() {}

    /**
     * Reads settings.
     *
     * @param text {@code key=value} pairs, separated by commas or line breaks
     * @return the values by key, in their order
     * @throws InvalidOperationException if it is no such text, or a key stands there twice
     */
    static Map<String, String> parse(String text) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String pair : SEPARATORS.split(text, -1)) {
            if (pair.isBlank()) {
                continue;
            }
            int equals = pair.indexOf('=');
            if (equals < 0 || settings.put(pair.substring(0, equals).strip(), value(pair, equals)) != null) {
                throw new InvalidOperationException(
                        ProblemCode.INVALID_SETTING,
                        (equals < 0) ? "A setting has no value" : "A setting stands there twice",
                        "Write settings as in \"max-attempts=2, base-delay=200ms\".");
            }
        }
        return settings;
    }

    private static String value(String pair, int equals) {
        return pair.substring(equals + 1).strip();
    }
}
