package io.integrationkit.outbox;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.TimeSource;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.event.EventDescriptor;
import io.integrationkit.event.EventVersions;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Makes messages ready to send when they are published, so that an impossible one fails the call that publishes it. */
final class MessageEncoder {

    private final OutboxSpec spec;

    private final EventVersions versions;

    private final OlderVersions older;

    private final PayloadCodec codec;

    private final Destinations destinations;

    private final MessageIds ids;

    private final TimeSource time;

    private final LocalHandlers handlers;

    MessageEncoder(
            OutboxSpec spec,
            EventVersions versions,
            PayloadCodec codec,
            Destinations destinations,
            MessageIds ids,
            TimeSource time,
            LocalHandlers handlers) {
        this.spec = spec;
        this.versions = versions;
        this.older = new OlderVersions(versions, codec);
        this.codec = codec;
        this.destinations = destinations;
        this.ids = ids;
        this.time = time;
        this.handlers = handlers;
    }

    /** One record for its destination and one for each of its handlers: the same message, so under the same id. */
    List<OutboxRecord> encode(Object event) {
        if (event instanceof OutboxMessage message) {
            return List.of(encode(message));
        }
        EventDescriptor descriptor = this.versions.types().describe(event.getClass());
        List<String> recipients = new ArrayList<>();
        if (descriptor.destination() != null) {
            recipients.add(descriptor.destination());
        }
        recipients.addAll(this.handlers.destinationsOf(descriptor.type()));
        if (recipients.isEmpty()) {
            throw new ProblemException(
                    ProblemCode.DESTINATION_UNKNOWN,
                    FailureCategory.PERMANENT,
                    ("Event type %s has no destination and no @EventHandler: set @EventType(destination = \"…\") on %s, or"
                                    + " name one at publish")
                            .formatted(descriptor.type(), event.getClass().getName()));
        }
        OutboxRecord first = encode(message(descriptor, recipients.get(0), descriptor.keyOf(event), event));
        return recipients.stream()
                .map((recipient) -> recipient.equals(first.destination()) ? first : first.to(recipient))
                .map(this::published)
                .toList();
    }

    OutboxRecord encode(String destination, @Nullable String key, Object event) {
        return published(encode(message(this.versions.types().describe(event.getClass()), destination, key, event)));
    }

    /** Slow consumers are elsewhere: the handlers of this application get the event as it is. */
    private OutboxRecord published(OutboxRecord encoded) {
        if (this.handlers.find(encoded.destination()) != null) {
            return encoded;
        }
        OutboxRecord published = this.older.of(encoded);
        if (published != encoded) {
            requireSize(published);
            requireSizeOfDestination(published);
        }
        return published;
    }

    private static OutboxMessage message(
            EventDescriptor descriptor, String destination, @Nullable String key, Object event) {
        return OutboxMessage.of(descriptor.type(), destination, event)
                .withVersion(descriptor.version())
                .withKey(key);
    }

    OutboxRecord encode(OutboxMessage message) {
        this.destinations.require(message.destination());
        requireStorable(message);
        Instant now = this.time.now();
        String id = this.ids.next(now);
        Map<String, String> headers = CloudEventHeaders.of(
                id, this.spec.source(), message.type(), message.version(), now, message.contentType());
        String correlation = Correlation.current();
        if (correlation != null) {
            headers.put(Correlation.HEADER, correlation);
        }
        headers.putAll(message.headers());
        OutboxRecord record = new OutboxRecord(
                id,
                message.destination(),
                message.key(),
                message.type(),
                message.version(),
                message.contentType(),
                headers,
                payload(message));
        requireSize(record);
        requireSizeOfDestination(record);
        return record;
    }

    private byte[] payload(OutboxMessage message) {
        if (message.payload() instanceof byte[] bytes) {
            return bytes.clone();
        }
        try {
            return this.codec.write(message.payload());
        } catch (JacksonException ex) {
            throw new ProblemException(
                    ProblemCode.MESSAGE_NOT_SERIALIZABLE,
                    FailureCategory.VALIDATION,
                    "Event type %s (%s) cannot be written as JSON: %s"
                            .formatted(
                                    message.type(), message.payload().getClass().getName(), ex.getOriginalMessage()),
                    null,
                    ex);
        }
    }

    /** A database text cannot hold U+0000; at the commit it would be too late to say so. */
    private static void requireStorable(OutboxMessage message) {
        requireStorable(message, "type", message.type());
        requireStorable(message, "key", message.key());
        requireStorable(message, "content type", message.contentType());
        requireStorable(message, "destination", message.destination());
    }

    private static void requireStorable(OutboxMessage message, String name, @Nullable String text) {
        if (text != null && text.indexOf('\0') >= 0) {
            throw new ProblemException(
                    ProblemCode.MESSAGE_NOT_SERIALIZABLE,
                    FailureCategory.VALIDATION,
                    "The %s of a message to '%s' must not contain U+0000".formatted(name, message.destination()));
        }
    }

    private void requireSize(OutboxRecord record) {
        long size = record.size();
        if (size > this.spec.maxMessageSize()) {
            throw new ProblemException(
                    ProblemCode.MESSAGE_TOO_LARGE,
                    FailureCategory.VALIDATION,
                    ("A message of type %s to '%s' has %d bytes with headers and key, %d are allowed"
                                    + " (integration.outbox.max-message-size; keep it below the limit of the destination)")
                            .formatted(record.eventType(), record.destination(), size, this.spec.maxMessageSize()));
        }
    }

    /** What the destination is known to take; it counts what it adds itself. */
    private void requireSizeOfDestination(OutboxRecord record) {
        MessageDestination destination = this.destinations.find(record.destination());
        SizeLimit limit = (destination != null) ? destination.sizeLimit(record.destination()) : SizeLimit.NONE;
        if (destination == null || limit.bytes() == Long.MAX_VALUE) {
            return;
        }
        long size = destination.sizeOf(record);
        if (size > limit.bytes()) {
            throw new ProblemException(
                    ProblemCode.MESSAGE_TOO_LARGE,
                    FailureCategory.VALIDATION,
                    "A message of type %s has %d bytes as it is sent, '%s' takes %d (%s)"
                            .formatted(record.eventType(), size, record.destination(), limit.bytes(), limit.setting()));
        }
    }
}
