package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/** Reads what a {@link Reliable} annotation says about its policy. */
final class ReliableAttributes {

    private static final Map<String, String> NAMES = Map.of(
            PolicyKey.MAX_ATTEMPTS.name(), "maxAttempts",
            PolicyKey.ATTEMPT_TIMEOUT.name(), "attemptTimeout",
            PolicyKey.DEADLINE.name(), "deadline",
            PolicyKey.ON_EXHAUSTED.name(), "onExhausted");

    private final UnaryOperator<String> placeholders;

    ReliableAttributes(UnaryOperator<String> placeholders) {
        this.placeholders = placeholders;
    }

    /**
     * Makes the level of an annotation.
     *
     * @param operation the operation
     * @param annotation its annotation
     * @return what it says
     * @throws InvalidOperationException if a text is no duration
     */
    PolicyLayer layer(Operation operation, Reliable annotation) {
        PolicySettings settings = PolicySettings.of(
                (annotation.maxAttempts() != 0) ? annotation.maxAttempts() : null,
                duration(operation, PolicyKey.ATTEMPT_TIMEOUT, annotation.attemptTimeout()),
                duration(operation, PolicyKey.DEADLINE, annotation.deadline()),
                (annotation.onExhausted() != OnExhausted.POLICY) ? annotation.onExhausted() : null);
        return PolicyLayer.of(settings, ReliableAttributes::attribute);
    }

    private static String attribute(String key) {
        return "@Reliable(" + NAMES.get(key) + ")";
    }

    private @Nullable Duration duration(Operation operation, PolicyKey<Duration> key, String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            String resolved = this.placeholders.apply(text).strip();
            return resolved.isEmpty() ? null : DurationFormatterUtils.detectAndParse(resolved);
        } catch (IllegalArgumentException ex) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s of operation '%s' is '%s', which is no duration: %s"
                            .formatted(attribute(key.name()), operation, text, ex.getMessage()),
                    "Write a number with a unit, such as \"500ms\" or \"2s\", or a placeholder that leads to one.");
        }
    }
}
