package io.integrationkit.event;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Headers that describe an event in the binary mode of the CloudEvents binding for Kafka: the payload stays as it is,
 * the attributes travel as headers in UTF-8.
 */
public final class CloudEventHeaders {

    /** Version of the CloudEvents specification. */
    public static final String SPEC_VERSION = "ce_specversion";

    /** Id of the message, the same on every delivery; unique together with {@link #SOURCE}. */
    public static final String ID = "ce_id";

    /** Which application published it. */
    public static final String SOURCE = "ce_source";

    /** Logical name of the event type. */
    public static final String TYPE = "ce_type";

    /** When it was published, in RFC 3339. */
    public static final String TIME = "ce_time";

    /** Version of the event type; an extension attribute. */
    public static final String DATA_VERSION = "ce_dataversion";

    /** Media type of the payload. */
    public static final String CONTENT_TYPE = "content-type";

    /** The specification version written. */
    public static final String SPEC_VERSION_1_0 = "1.0";

    private static final Set<String> NAMES = Set.of(SPEC_VERSION, ID, SOURCE, TYPE, TIME, DATA_VERSION, CONTENT_TYPE);

    private CloudEventHeaders() {}

    /**
     * Tells whether a header is one of those written for every event, which nobody else may set.
     *
     * @param name name of a header
     * @return whether it is reserved
     */
    public static boolean reserved(String name) {
        return NAMES.contains(name);
    }

    /**
     * Makes the headers of an event.
     *
     * @param id id of the message
     * @param source which application publishes it
     * @param type logical name of the event type
     * @param version version of the event type
     * @param time when it was published; cut to milliseconds
     * @param contentType media type of the payload
     * @return a new, modifiable map in the order of the constants above
     */
    public static Map<String, String> of(
            String id, String source, String type, int version, Instant time, String contentType) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(SPEC_VERSION, SPEC_VERSION_1_0);
        headers.put(ID, id);
        headers.put(SOURCE, source);
        headers.put(TYPE, type);
        headers.put(TIME, time.truncatedTo(ChronoUnit.MILLIS).toString());
        headers.put(DATA_VERSION, Integer.toString(version));
        headers.put(CONTENT_TYPE, contentType);
        return headers;
    }
}
