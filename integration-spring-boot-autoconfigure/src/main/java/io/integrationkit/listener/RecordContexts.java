package io.integrationkit.listener;

import io.integrationkit.call.MessageTracing;
import io.integrationkit.call.MessageTracing.Message;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.failure.InvalidSettingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Binds what records carry to the thread that handles them: correlation id, deadline and trace. */
final class RecordContexts {

    private static final Pattern EPOCH_MILLIS = Pattern.compile("[0-9]{1,15}");

    private final TimeSource time;

    private final MessageTracing tracing;

    /**
     * Creates the contexts.
     *
     * @param time says how much is left of a deadline
     * @param tracing gives each record a span
     */
    RecordContexts(TimeSource time, MessageTracing tracing) {
        this.time = time;
        this.tracing = tracing;
    }

    /** Binds what the record carries; to be ended and closed on the same thread. */
    RecordContext open(@Nullable String listener, ConsumerRecord<?, ?> received) {
        return open(listener, received, null);
    }

    /** The same, with the bound of the waits, which ends with it. */
    RecordContext open(@Nullable String listener, ConsumerRecord<?, ?> received, @Nullable Scope waits) {
        Scope correlation = Correlation.open(text(received, Correlation.HEADER));
        Deadline deadline = deadline(received);
        return new RecordContext(
                correlation,
                (deadline != null) ? deadline.open() : null,
                (this.tracing != MessageTracing.NONE) ? this.tracing.received(message(listener, received)) : null,
                waits);
    }

    private static Message message(@Nullable String listener, ConsumerRecord<?, ?> received) {
        return new Message(
                (listener != null) ? listener : "listener",
                text(received, CloudEventHeaders.TYPE),
                (name) -> text(received, name));
    }

    /**
     * A deadline that is over binds nothing: the call would be refused, and the record come again, for ever. It is
     * handled late instead.
     */
    private @Nullable Deadline deadline(ConsumerRecord<?, ?> received) {
        String millis = text(received, Deadline.RECORD_HEADER);
        if (millis == null || !EPOCH_MILLIS.matcher(millis).matches()) {
            return null;
        }
        Duration left = Duration.between(this.time.now(), Instant.ofEpochMilli(Long.parseLong(millis)));
        boolean bounds = !left.isNegative() && !left.isZero() && left.compareTo(InvalidSettingException.LONGEST) <= 0;
        return bounds ? Deadline.after(left, this.time) : null;
    }

    private static @Nullable String text(ConsumerRecord<?, ?> received, String name) {
        Header header = received.headers().lastHeader(name);
        return (header != null && header.value() != null) ? new String(header.value(), StandardCharsets.UTF_8) : null;
    }
}
