package io.integrationkit.deduplicate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Parameter;
import org.springframework.core.annotation.MergedAnnotations;

/** Refuses batch methods that get something beside the batch whose positions would not be those of the filtered one. */
final class BatchSignature {

    private static final String ACKNOWLEDGMENT = "org.springframework.kafka.support.Acknowledgment";

    private static final String ANNOTATIONS = "org.springframework.messaging.handler.annotation.";

    private static final String HEADERS = "org.springframework.messaging.MessageHeaders";

    private BatchSignature() {}

    static void check(Operation operation, OnDuplicate onDuplicate) {
        if (onDuplicate == OnDuplicate.THROW) {
            throw refused(
                    operation,
                    "says onDuplicate = THROW, which would refuse the other messages with the duplicate",
                    "Leave onDuplicate at SKIP: duplicates are left out of the batch.");
        }
        for (Parameter parameter : operation.method().getParameters()) {
            if (parameter.getType().getName().equals(ACKNOWLEDGMENT)) {
                throw refused(
                        operation,
                        "has the parameter %s of type Acknowledgment, whose indexes count the messages that were polled, not those that are left without the duplicates"
                                .formatted(parameter.getName()),
                        "Remove the parameter and let the container acknowledge (spring.kafka.listener.ack-mode=batch), or handle one message a call.");
            }
            if (hasHeadersOfAll(parameter)) {
                throw refused(
                        operation,
                        "has the parameter %s with headers of all messages, which would not fit the batch without the duplicates"
                                .formatted(parameter.getName()),
                        "Take the headers from the elements: List<ConsumerRecord<K, V>> or List<Message<T>>.");
            }
        }
    }

    static boolean isHeader(Parameter parameter) {
        return MergedAnnotations.from(parameter).isPresent(ANNOTATIONS + "Header");
    }

    private static boolean hasHeadersOfAll(Parameter parameter) {
        return (isHeader(parameter) && Iterable.class.isAssignableFrom(parameter.getType()))
                || MergedAnnotations.from(parameter).isPresent(ANNOTATIONS + "Headers")
                || parameter.getType().getName().equals(HEADERS);
    }

    private static InvalidOperationException refused(Operation operation, String why, String action) {
        return new InvalidOperationException(
                ProblemCode.BATCH_NOT_FILTERABLE,
                "@Deduplicate on %s leaves duplicates out of its batch, but the method %s".formatted(operation, why),
                action);
    }
}
