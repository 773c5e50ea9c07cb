package io.integrationkit.deduplicate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.KeyExpression;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.lang.reflect.Parameter;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.messaging.Message;
import org.springframework.util.ClassUtils;

/** Finds id and source of a message in the arguments of a call; where they stand is found once, at start-up. */
final class MessageIds {

    static final String ID = "ce_id";

    static final String SOURCE = "ce_source";

    private static final String HEADER = "org.springframework.messaging.handler.annotation.Header";

    private static final boolean KAFKA = isPresent("org.apache.kafka.clients.consumer.ConsumerRecord");

    private static final boolean MESSAGING = isPresent("org.springframework.messaging.Message");

    private final Operation operation;

    private final String consumer;

    private final String description;

    private final Function<@Nullable Object[], @Nullable Object> id;

    private final Function<@Nullable Object[], @Nullable Object> source;

    private MessageIds(
            Operation operation,
            String consumer,
            String description,
            Function<@Nullable Object[], @Nullable Object> id,
            Function<@Nullable Object[], @Nullable Object> source) {
        this.operation = operation;
        this.consumer = consumer;
        this.description = description;
        this.id = id;
        this.source = source;
    }

    private static boolean isPresent(String className) {
        return ClassUtils.isPresent(className, MessageIds.class.getClassLoader());
    }

    static MessageIds of(Operation operation, String consumer, String expression) {
        if (!expression.isBlank()) {
            KeyExpression compiled = KeyExpression.compile(operation, "@Deduplicate(id)", expression);
            return new MessageIds(operation, consumer, compiled.toString(), compiled::find, (arguments) -> null);
        }
        Parameter[] parameters = operation.method().getParameters();
        for (int i = 0; i < parameters.length; i++) {
            int index = i;
            Class<?> type = parameters[i].getType();
            if (KAFKA && KafkaHeaders.has(type)) {
                return inHeaders(operation, consumer, "ConsumerRecord", index, KafkaHeaders::read);
            }
            if (MESSAGING && MessagingHeaders.has(type)) {
                return inHeaders(operation, consumer, "Message", index, MessagingHeaders::read);
            }
        }
        int id = headerParameter(parameters, ID);
        if (id < 0) {
            throw nowhere(operation);
        }
        int source = headerParameter(parameters, SOURCE);
        return new MessageIds(
                operation,
                consumer,
                "@Header(\"%s\")".formatted(ID),
                (arguments) -> arguments[id],
                (arguments) -> (source < 0) ? null : arguments[source]);
    }

    private static MessageIds inHeaders(
            Operation operation, String consumer, String type, int index, HeaderReader headers) {
        return new MessageIds(
                operation,
                consumer,
                "header %s of the %s".formatted(ID, type),
                (arguments) -> headers.read(arguments[index], ID),
                (arguments) -> headers.read(arguments[index], SOURCE));
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
                "Set @Deduplicate(id = \"#event.id\"), or give the method a parameter of type ConsumerRecord or Message, or one with @Header(\"%s\")."
                        .formatted(ID));
    }

    /** Where the id stands, for the plan. */
    String description() {
        return this.description;
    }

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
