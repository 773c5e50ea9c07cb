package io.integrationkit.deadletter;

import io.integrationkit.call.Compensation;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.context.Sha256;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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
        @Nullable String tenant,
        Compensation compensation,
        Status status,
        Content content,
        LastFailure failure) {

    /** An event that only a newer version of the application can handle. */
    private static final Set<ProblemCode> WAITS_FOR_A_RELEASE =
            EnumSet.of(ProblemCode.EVENT_VERSION_PARKED, ProblemCode.EVENT_HANDLER_MISSING);

    /** Header of a CloudEvent. */
    private static final String SOURCE = "ce_source";

    static GivenUp call(GivenUpCall call, @Nullable String tenant, LastFailure failure) {
        String name = call.operation().name();
        return new GivenUp(
                (call.key() != null)
                        ? id(DeadLetter.Kind.CALL.name(), name, call.key())
                        : UUID.randomUUID().toString(),
                DeadLetter.Kind.CALL,
                name,
                Text.withoutNul(call.key()),
                Text.withoutNul(tenant),
                call.compensation(),
                Status.NEW,
                new Content.OfCall(call.arguments()),
                failure);
    }

    static GivenUp message(DeadLetterMessage message, @Nullable String tenant, LastFailure failure) {
        return new GivenUp(
                id(message),
                DeadLetter.Kind.MESSAGE,
                message.destination(),
                Text.withoutNul(message.key()),
                Text.withoutNul(tenant),
                Compensation.NONE,
                waitsForARelease(message.cause()) ? Status.PARKED : Status.NEW,
                new Content.OfMessage(
                        message.messageId(),
                        message.eventType(),
                        message.eventVersion(),
                        message.contentType(),
                        message.headers(),
                        message.payload()),
                failure);
    }

    private static boolean waitsForARelease(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 8; depth++) {
            if (cause instanceof ProblemException problem
                    && problem.category() == FailureCategory.PERMANENT
                    && WAITS_FOR_A_RELEASE.contains(problem.code())) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** An event is told by its source and its id together: two publishers may use the same id. */
    static String id(DeadLetterMessage message) {
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
