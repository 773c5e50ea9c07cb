package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.AnnotatedElement;
import java.util.List;
import org.springframework.core.annotation.MergedAnnotations;

/** Looks for what else would retry an operation: each attempt of the one would be several of the other. */
final class OtherRetries {

    /** Of Spring Framework, Spring Retry and Resilience4j. */
    private static final List<String> RETRIES = List.of(
            "org.springframework.resilience.annotation.Retryable",
            "org.springframework.retry.annotation.Retryable",
            "io.github.resilience4j.retry.annotation.Retry");

    private static final String RETRYABLE_TOPIC = "org.springframework.kafka.annotation.RetryableTopic";

    private OtherRetries() {}

    /**
     * Looks at the method and its class.
     *
     * @throws InvalidOperationException if another annotation retries the method
     */
    static void check(Operation operation, int maxAttempts, PlanBuilder plan) {
        for (String retry : RETRIES) {
            if (carries(operation.method(), retry)) {
                throw twice(operation, retry, "it");
            }
            if (carries(operation.beanType(), retry)
                    || carries(operation.method().getDeclaringClass(), retry)) {
                throw twice(operation, retry, "its class");
            }
        }
        if (maxAttempts > 1
                && (carries(operation.method(), RETRYABLE_TOPIC) || carries(operation.beanType(), RETRYABLE_TOPIC))) {
            plan.finding(
                    ProblemCode.TWO_RETRIES,
                    "@RetryableTopic delivers a failed record again, and each delivery has up to %d attempts; say"
                                    .formatted(maxAttempts)
                            + " @Reliable(maxAttempts = 1), or remove @RetryableTopic");
        }
    }

    private static boolean carries(AnnotatedElement element, String annotation) {
        return MergedAnnotations.from(element, MergedAnnotations.SearchStrategy.TYPE_HIERARCHY)
                .isPresent(annotation);
    }

    private static InvalidOperationException twice(Operation operation, String annotation, String where) {
        return new InvalidOperationException(
                ProblemCode.TWO_RETRIES,
                "Operation '%s' (%s) is @Reliable, and %s carries @%s: their attempts would multiply"
                        .formatted(operation, operation.method(), where, annotation),
                "Remove one of the two annotations from the method; where the other one stands on the class, move it to"
                        + " the methods that need it.");
    }
}
