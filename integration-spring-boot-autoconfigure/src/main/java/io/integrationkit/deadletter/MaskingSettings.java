package io.integrationkit.deadletter;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.Redaction;
import java.util.List;

/**
 * What is shown of the content of dead letters.
 *
 * @param fields names of fields whose values are masked, {@code *} stands for any text; never empty
 * @param headers names of headers whose values are shown, {@code *} stands for any text
 * @param reveal whether content may be shown as it is stored
 */
public record MaskingSettings(List<String> fields, List<String> headers, boolean reveal) {

    /** Headers that are shown unless the application says otherwise: technical ones, which hold nothing of a payload. */
    public static final List<String> HEADERS = List.of(
            "ce_id",
            "ce_source",
            "ce_type",
            "ce_specversion",
            "ce_time",
            "ce_dataversion",
            "ce_datacontenttype",
            "content-type",
            "x-correlation-id",
            "traceparent",
            "kafka_dlt-original-*");

    private static final int LONGEST = 100;

    /**
     * Copies the lists.
     *
     * @throws InvalidOperationException if a name is blank or longer than 100 characters, or no field is masked
     */
    public MaskingSettings {
        fields = checked("fields", fields);
        headers = checked("headers", headers);
        if (fields.isEmpty()) {
            throw invalid("fields", "is empty, so nothing would be masked");
        }
    }

    /**
     * Returns what holds unless the application says otherwise.
     *
     * @return the usual fields and headers; nothing may be revealed
     */
    public static MaskingSettings standard() {
        return new MaskingSettings(Redaction.FIELDS, HEADERS, false);
    }

    private static List<String> checked(String property, List<String> names) {
        for (String name : names) {
            if (name.isBlank() || name.length() > LONGEST) {
                throw invalid(property, "has the name '%s', which is blank or longer than %d".formatted(name, LONGEST));
            }
        }
        return List.copyOf(names);
    }

    private static InvalidOperationException invalid(String property, String why) {
        return new InvalidOperationException(
                ProblemCode.INVALID_SETTING,
                "integration.dead-letters.masking.%s %s".formatted(property, why),
                "Name fields or headers by words; '*' stands for any text.");
    }
}
