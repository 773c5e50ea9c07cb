package io.integrationkit.listener;

import io.integrationkit.deadletter.ReportedFailure;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.retrytopic.RetryTopicHeaders;
import org.springframework.kafka.support.KafkaHeaders;

/** Reads from the headers of a record why it was given up. */
final class ReportedFailures {

    private static final String UNKNOWN = "unknown";

    private static final int MOST_ATTEMPTS = 1_000_000;

    /** Spring's, which say only where a failure came by. */
    private static final Set<String> WRAPPERS = Set.of(
            "org.springframework.kafka.listener.ListenerExecutionFailedException",
            "org.springframework.kafka.listener.TimestampedException");

    /** Their messages hold what a server answered. */
    private static final List<String> ANSWERS =
            List.of("org.springframework.web.client.", "org.springframework.web.reactive.function.client.");

    private ReportedFailures() {}

    /** The exception behind Spring's wrappers. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && WRAPPERS.contains(cause.getClass().getName())) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** What kind of failure it was. */
    static Failure failure(Headers headers, List<String> types) {
        String said = DeadLetterHeaders.text(headers, DeadLetterHeaders.CATEGORY);
        for (FailureCategory category : FailureCategory.values()) {
            if (category.name().equals(said)) {
                return Failure.of(category);
            }
        }
        return Failure.of(ReportedCategories.of(types));
    }

    static ReportedFailure cause(Headers headers, Instant at) {
        StackTraceText trace = trace(headers);
        List<String> types = types(headers, trace);
        String fingerprint = DeadLetterHeaders.text(headers, DeadLetterHeaders.FINGERPRINT);
        return new ReportedFailure(
                types,
                message(headers, types),
                trace.origin(),
                (fingerprint != null && fingerprint.matches("[0-9a-f]{16}")) ? fingerprint : null,
                at);
    }

    /** Class names of the exception and its causes, outermost first, without wrappers; never empty. */
    static List<String> types(Headers headers) {
        return types(headers, trace(headers));
    }

    private static StackTraceText trace(Headers headers) {
        return StackTraceText.of(DeadLetterHeaders.text(
                headers,
                KafkaHeaders.DLT_EXCEPTION_STACKTRACE,
                KafkaHeaders.EXCEPTION_STACKTRACE,
                KafkaHeaders.DLT_KEY_EXCEPTION_STACKTRACE,
                KafkaHeaders.KEY_EXCEPTION_STACKTRACE));
    }

    private static List<String> types(Headers headers, StackTraceText trace) {
        List<String> types = new ArrayList<>(trace.types());
        if (types.isEmpty()) {
            addType(
                    types,
                    headers,
                    KafkaHeaders.DLT_EXCEPTION_FQCN,
                    KafkaHeaders.EXCEPTION_FQCN,
                    KafkaHeaders.DLT_KEY_EXCEPTION_FQCN,
                    KafkaHeaders.KEY_EXCEPTION_FQCN);
            addType(types, headers, KafkaHeaders.DLT_EXCEPTION_CAUSE_FQCN, KafkaHeaders.EXCEPTION_CAUSE_FQCN);
        }
        while (types.size() > 1 && WRAPPERS.contains(types.get(0))) {
            types.remove(0);
        }
        return types.isEmpty() ? List.of(UNKNOWN) : types;
    }

    private static void addType(List<String> types, Headers headers, String... names) {
        String text = DeadLetterHeaders.text(headers, names);
        String type = (text != null) ? StackTraceText.type(text) : null;
        if (type != null && !types.contains(type)) {
            types.add(type);
        }
    }

    private static @Nullable String message(Headers headers, List<String> types) {
        if (types.stream().anyMatch((type) -> ANSWERS.stream().anyMatch(type::startsWith))) {
            return null;
        }
        return DeadLetterHeaders.text(
                headers,
                KafkaHeaders.DLT_EXCEPTION_MESSAGE,
                KafkaHeaders.EXCEPTION_MESSAGE,
                KafkaHeaders.DLT_KEY_EXCEPTION_MESSAGE,
                KafkaHeaders.KEY_EXCEPTION_MESSAGE);
    }

    /** How often it was tried, as far as anybody counted; at least once. */
    static int attempts(Headers headers) {
        long deliveries = DeadLetterHeaders.number(headers, KafkaHeaders.DELIVERY_ATTEMPT);
        // Counts the attempt that would come next.
        long retries = DeadLetterHeaders.number(headers, RetryTopicHeaders.DEFAULT_HEADER_ATTEMPTS) - 1;
        return (int) Math.min(Math.max(1, Math.max(deliveries, retries)), MOST_ATTEMPTS);
    }
}
