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

    static GivenUp call(GivenUpCall call, LastFailure failure) {
        String name = call.operation().name();
        return new GivenUp(
                id(DeadLetter.Kind.CALL, name, call.key()),
                DeadLetter.Kind.CALL,
                name,
                Text.withoutNul(call.key()),
                new Content.OfCall(call.arguments()),
                failure);
    }

    static GivenUp message(DeadLetterMessage message, LastFailure failure) {
        return new GivenUp(
                id(DeadLetter.Kind.MESSAGE, message.destination(), message.messageId()),
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

    private static String id(DeadLetter.Kind kind, String name, @Nullable String identity) {
        if (identity == null) {
            return UUID.randomUUID().toString();
        }
        ByteBuffer digest = ByteBuffer.wrap(Sha256.of(List.of(kind.name(), name, identity)));
        return new UUID(digest.getLong(), digest.getLong()).toString();
    }
}
