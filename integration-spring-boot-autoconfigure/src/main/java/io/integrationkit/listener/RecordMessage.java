package io.integrationkit.listener;

import io.integrationkit.context.Sha256;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.failure.Failure;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the dead letter of a record, from wherever that is read: the same record is the same entry. Ids and types come
 * from outside and must fit into any store, however long they are and whatever characters they have.
 */
final class RecordMessage {

    private static final int LONGEST = 500;

    private RecordMessage() {}

    /** The name of a place in a topic, which is the id of a record that has none of its own. */
    static String position(String topic, int partition, long offset) {
        return topic + "-" + partition + "@" + offset;
    }

    static DeadLetterMessage of(
            String destination,
            String position,
            @Nullable String key,
            Map<String, String> headers,
            byte[] payload,
            Failure failure,
            Throwable cause,
            int attempts) {
        String version = headers.get(CloudEventHeaders.DATA_VERSION);
        return new DeadLetterMessage(
                destination,
                key,
                id(headers.get(CloudEventHeaders.ID), position),
                fit(headers.get(CloudEventHeaders.TYPE)),
                (version != null && version.matches("[0-9]{1,9}")) ? Integer.parseInt(version) : 1,
                fit(headers.get(CloudEventHeaders.CONTENT_TYPE)),
                headers,
                payload,
                failure,
                cause,
                attempts);
    }

    /** Two long ids that begin in the same way stay two. */
    private static String id(@Nullable String own, String position) {
        if (own == null || own.isBlank()) {
            return position;
        }
        return (own.length() <= LONGEST)
                ? withoutNul(own)
                : "sha256:" + HexFormat.of().formatHex(Sha256.of(List.of(own)));
    }

    private static @Nullable String fit(@Nullable String text) {
        return (text != null) ? withoutNul(text.substring(0, Math.min(text.length(), LONGEST))) : null;
    }

    /** PostgreSQL takes none in a text. */
    private static String withoutNul(String text) {
        return text.replace('\0', '\uFFFD');
    }
}
