package io.integrationkit.deadletter;

import io.integrationkit.call.GivenUpCall;
import io.integrationkit.context.Sha256;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call or message on its way into the store. Its id is derived from its identity where it has one: the primary key
 * alone keeps an entry unique, and whoever stores the same again knows the id without reading.
 */
record GivenUp(
        String id,
        DeadLetter.Kind kind,
        String name,
        @Nullable String key,
        Content content,
        LastFailure failure) {

    /** Header of a CloudEvent. */
    private static final String SOURCE = "ce_source";

    static GivenUp call(GivenUpCall call, LastFailure failure) {
        String name = call.operation().name();
        return new GivenUp(
                (call.key() != null)
                        ? id(DeadLetter.Kind.CALL.name(), name, call.key())
                        : UUID.randomUUID().toString(),
                DeadLetter.Kind.CALL,
                name,
                Text.withoutNul(call.key()),
                new Content.OfCall(call.arguments()),
                failure);
    }

    static GivenUp message(DeadLetterMessage message, LastFailure failure) {
        return new GivenUp(
                id(message),
                DeadLetter.Kind.MESSAGE,
                message.destination(),
                Text.withoutNul(message.key()),
                new Content.OfMessage(
                        message.messageId(),
                        message.eventType(),
                        message.eventVersion(),
                        message.contentType(),
                        message.headers(),
                        message.payload()),
                failure);
    }

    /** An event is told by its source and its id together: two publishers may use the same id. */
    private static String id(DeadLetterMessage message) {
        String kind = DeadLetter.Kind.MESSAGE.name();
        String source = message.headers().get(SOURCE);
        return (source != null)
                ? id(kind, message.destination(), message.messageId(), source)
                : id(kind, message.destination(), message.messageId());
    }

    private static String id(String... identity) {
        ByteBuffer digest = ByteBuffer.wrap(Sha256.of(List.of(identity)));
        return new UUID(digest.getLong(), digest.getLong()).toString();
    }
}
