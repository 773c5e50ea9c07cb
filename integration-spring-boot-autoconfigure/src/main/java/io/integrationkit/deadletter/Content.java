package io.integrationkit.deadletter;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is needed to do a call or message again; never leaves this package but to do just that. */
sealed interface Content {

    /** The arguments of a call, as the codec wrote them. */
    record OfCall(String arguments) implements Content {

        @Override
        public String toString() {
            return "OfCall[" + this.arguments.length() + " characters]";
        }
    }

    /** A message apart from destination and ordering key, which are the entry's name and key. */
    record OfMessage(
            String messageId,
            @Nullable String eventType,
            int eventVersion,
            @Nullable String contentType,
            Map<String, String> headers,
            byte[] payload)
            implements Content {

        @Override
        public String toString() {
            return "OfMessage[messageId=%s, %d headers, %d bytes]"
                    .formatted(this.messageId, this.headers.size(), this.payload.length);
        }
    }
}
