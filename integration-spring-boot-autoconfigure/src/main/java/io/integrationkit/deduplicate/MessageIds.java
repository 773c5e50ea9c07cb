package io.integrationkit.deduplicate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.KeyExpression;
import io.integrationkit.call.Operation;
import io.integrationkit.context.DispatchedEvents;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.lang.reflect.Parameter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.messaging.Message;
import org.springframework.util.ClassUtils;

/** Finds id and source of a message in the arguments of a call; where they stand is found once, at start-up. */
final class MessageIds {

    static final String ID = "ce_id";

    static final String SOURCE = "ce_source";

    /** Element of a batch, as expressions call it. */
    static final String ELEMENT = "item";

    private static final String ATTRIBUTE = "@Deduplicate(id)";

    private static final String HEADER = "org.springframework.messaging.handler.annotation.Header";

    private static final String EVENT_HANDLER = "io.integrationkit.event.EventHandler";

    private static final boolean KAFKA = isPresent("org.apache.kafka.clients.consumer.ConsumerRecord");

    private static final boolean MESSAGING = isPresent("org.springframework.messaging.Message");

    private final Operation operation;

    private final String consumer;

    private final String description;

    private final Function<@Nullable Object[], @Nullable Object> id;

    private final Function<@Nullable Object[], @Nullable Object> source;

    private final @Nullable BatchParameter batch;

    private MessageIds(
            Operation operation,
            String consumer,
            String description,
            Function<@Nullable Object[], @Nullable Object> id,
            Function<@Nullable Object[], @Nullable Object> source,
            @Nullable BatchParameter batch) {
        this.operation = operation;
        this.consumer = consumer;
        this.description = description;
        this.id = id;
        this.source = source;
        this.batch = batch;
    }

    private static boolean isPresent(String className) {
        return ClassUtils.isPresent(className, MessageIds.class.getClassLoader());
    }

    static MessageIds of(Operation operation, String consumer, String expression) {
        if (!expression.isBlank()) {
            return inExpression(operation, consumer, expression);
        }
        Parameter[] parameters = operation.method().getParameters();
        for (int i = 0; i < parameters.length; i++) {
            int index = i;
            Class<?> type = parameters[i].getType();
            if (KAFKA && KafkaHeaders.has(type)) {
                return inHeaders(operation, consumer, "the ConsumerRecord", index, KafkaHeaders::read, null);
            }
            if (MESSAGING && MessagingHeaders.has(type)) {
                return inHeaders(operation, consumer, "the Message", index, MessagingHeaders::read, null);
            }
        }
        MessageIds inElements = inElements(operation, consumer);
        if (inElements != null) {
            return inElements;
        }
        int id = headerParameter(parameters, ID);
        if (id < 0) {
            if (MergedAnnotations.from(operation.method(), SearchStrategy.TYPE_HIERARCHY)
                    .isPresent(EVENT_HANDLER)) {
                return inDispatch(operation, consumer);
            }
            throw nowhere(operation);
        }
        int source = headerParameter(parameters, SOURCE);
        return new MessageIds(
                operation,
                consumer,
                "@Header(\"%s\")".formatted(ID),
                (arguments) -> arguments[id],
                (arguments) -> (source < 0) ? null : arguments[source],
                null);
    }

    private static MessageIds inExpression(Operation operation, String consumer, String expression) {
        List<BatchParameter> batches = BatchParameter.of(operation);
        int element = operation.method().getParameterCount();
        KeyExpression compiled =
                KeyExpression.compile(operation, ATTRIBUTE, expression, batches.isEmpty() ? null : ELEMENT);
        BatchParameter batch = null;
        if (compiled.reads(element)) {
            if (batches.size() > 1) {
                throw new InvalidOperationException(
                        ProblemCode.INVALID_EXPRESSION,
                        "%s of %s reads #%s, but several parameters could be the batch: %s"
                                .formatted(
                                        ATTRIBUTE,
                                        operation,
                                        ELEMENT,
                                        String.join(
                                                ", ",
                                                batches.stream()
                                                        .map(BatchParameter::name)
                                                        .toList())),
                        "Give the method one parameter that is a List, or read the id from another parameter.");
            }
            batch = batches.get(0);
        }
        return new MessageIds(operation, consumer, compiled.toString(), compiled::find, (arguments) -> null, batch);
    }

    /** The element of a batch stands behind the arguments. */
    private static @Nullable MessageIds inElements(Operation operation, String consumer) {
        int element = operation.method().getParameterCount();
        for (BatchParameter batch : BatchParameter.of(operation)) {
            String carrier = batch.carrier(operation);
            if (carrier != null) {
                return inHeaders(
                        operation,
                        consumer,
                        "each " + carrier,
                        element,
                        carrier.equals("Message") ? MessagingHeaders::read : KafkaHeaders::read,
                        batch);
            }
        }
        return null;
    }

    /** An event handler gets payloads; whoever dispatches them knows the headers. */
    private static MessageIds inDispatch(Operation operation, String consumer) {
        List<BatchParameter> batches = BatchParameter.of(operation);
        return new MessageIds(
                operation,
                consumer,
                "header %s of %s".formatted(ID, batches.isEmpty() ? "the event" : "each event"),
                (arguments) -> dispatched(arguments, ID),
                (arguments) -> dispatched(arguments, SOURCE),
                batches.isEmpty() ? null : batches.get(0));
    }

    private static @Nullable String dispatched(@Nullable Object[] arguments, String name) {
        for (Object argument : arguments) {
            String value = DispatchedEvents.header(argument, name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static MessageIds inHeaders(
            Operation operation,
            String consumer,
            String type,
            int index,
            HeaderReader headers,
            @Nullable BatchParameter batch) {
        return new MessageIds(
                operation,
                consumer,
                "header %s of %s".formatted(ID, type),
                (arguments) -> headers.read(arguments[index], ID),
                (arguments) -> headers.read(arguments[index], SOURCE),
                batch);
    }

    private static int headerParameter(Parameter[] parameters, String name) {
        for (int i = 0; i < parameters.length; i++) {
            MergedAnnotation<?> header = MergedAnnotations.from(parameters[i]).get(HEADER);
            if (header.isPresent() && header.getString("name").equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static InvalidOperationException nowhere(Operation operation) {
        return new InvalidOperationException(
                ProblemCode.MESSAGE_ID_MISSING,
                "@Deduplicate on %s names no id, and the method has no parameter that could carry one"
                        .formatted(operation),
                "Set @Deduplicate(id = \"#event.id\"), for a batch \"#item.id\", or give the method a parameter of type ConsumerRecord or Message, a List of those, or one with @Header(\"%s\")."
                        .formatted(ID));
    }

    /** Where the id stands, for the plan. */
    String description() {
        return this.description;
    }

    /** The parameter that gets a batch, or {@code null} if each call delivers one message. */
    @Nullable
    BatchParameter batch() {
        return this.batch;
    }

    /** Identifies a message; in a batch, the one behind the arguments. */
    MessageIdentity identify(@Nullable Object[] arguments) {
        String found = text(this.id.apply(arguments));
        if (found == null) {
            throw new ProblemException(
                    ProblemCode.MESSAGE_ID_MISSING,
                    FailureCategory.VALIDATION,
                    "%s was not called: the message has no id (%s)".formatted(this.operation, this.description));
        }
        String from = text(this.source.apply(arguments));
        return new MessageIdentity(this.consumer, (from != null) ? from : "", found);
    }

    private static @Nullable String text(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        String text =
                (value instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
        return text.isBlank() ? null : text;
    }

    /** Reads a header of an argument. */
    @FunctionalInterface
    private interface HeaderReader {

        @Nullable
        Object read(@Nullable Object carrier, String name);
    }

    /** Loaded only where Kafka is. */
    private static final class KafkaHeaders {

        static boolean has(Class<?> type) {
            return ConsumerRecord.class.isAssignableFrom(type);
        }

        static @Nullable Object read(@Nullable Object carrier, String name) {
            if (!(carrier instanceof ConsumerRecord<?, ?> received)) {
                return null;
            }
            Header header = received.headers().lastHeader(name);
            return (header != null) ? header.value() : null;
        }
    }

    /** Loaded only where Spring Messaging is. */
    private static final class MessagingHeaders {

        static boolean has(Class<?> type) {
            return Message.class.isAssignableFrom(type);
        }

        static @Nullable Object read(@Nullable Object carrier, String name) {
            return (carrier instanceof Message<?> message)
                    ? message.getHeaders().get(name)
                    : null;
        }
    }
}
