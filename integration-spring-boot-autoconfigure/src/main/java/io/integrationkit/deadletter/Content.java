package io.integrationkit.deadletter;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is needed to do a call or message again; never leaves this package but to do just that. */
sealed interface Content {

    /** The arguments of a call, as the codec wrote them. */
    record OfCall(String arguments) implements Content {}

    /** A message apart from destination and ordering key, which are the entry's name and key. */
    record OfMessage(
            String messageId,
            @Nullable String eventType,
            int eventVersion,
            @Nullable String contentType,
            Map<String, String> headers,
            byte[] payload)
            implements Content {}
}
