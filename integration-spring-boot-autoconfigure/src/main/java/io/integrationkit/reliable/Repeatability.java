package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.failure.ProblemCode;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttribute;

/** What can be told at start-up about doing the work of an operation twice. */
final class Repeatability {

    private static final String IDEMPOTENT = "io.integrationkit.idempotency.Idempotent";

    private final AnnotationTransactionAttributeSource transactions = new AnnotationTransactionAttributeSource(false);

    private final UnsafeRetry unsafeRetry;

    Repeatability(UnsafeRetry unsafeRetry) {
        this.unsafeRetry = unsafeRetry;
    }

    /**
     * Decides what follows from an unknown outcome.
     *
     * @throws InvalidOperationException if the operation must not start as it is
     */
    UnknownOutcome afterUnknownOutcome(Operation operation, SafeToRetry safe, boolean mayRepeat, PlanBuilder plan) {
        if (safe == SafeToRetry.NO) {
            return UnknownOutcome.FORBIDDEN;
        }
        if (safe == SafeToRetry.YES || isIdempotent(operation)) {
            return UnknownOutcome.RETRY;
        }
        if (!mayRepeat) {
            return (this.unsafeRetry == UnsafeRetry.RETRY) ? UnknownOutcome.RETRY : UnknownOutcome.SKIP;
        }
        return switch (this.unsafeRetry) {
            case RETRY -> {
                plan.finding(
                        ProblemCode.RETRY_WITHOUT_IDEMPOTENCY,
                        "An attempt whose outcome is unknown is repeated and may do its work twice; add @Idempotent"
                                + " and send its key to the callee, or say @Reliable(safeToRetry = YES) or NO");
                yield UnknownOutcome.RETRY;
            }
            case SKIP -> UnknownOutcome.SKIP;
            case REFUSE ->
                throw new InvalidOperationException(
                        ProblemCode.RETRY_WITHOUT_IDEMPOTENCY,
                        ("Operation '%s' is retried, nobody says whether it may do its work twice, and"
                                        + " integration.reliable.unsafe-retry is refuse")
                                .formatted(operation),
                        "Add @Idempotent, say @Reliable(safeToRetry = YES) or NO, or set"
                                + " integration.reliable.unsafe-retry to retry or skip.");
        };
    }

    /** The annotation belongs to a package above this one; only its presence matters. */
    private static boolean isIdempotent(Operation operation) {
        return MergedAnnotations.from(operation.method(), MergedAnnotations.SearchStrategy.TYPE_HIERARCHY)
                .isPresent(IDEMPOTENT);
    }

    /** Whether the method runs in a transaction of its caller, if there is one. */
    boolean joinsTransaction(Operation operation) {
        TransactionAttribute attribute =
                this.transactions.getTransactionAttribute(operation.method(), operation.beanType());
        if (attribute == null) {
            return true;
        }
        return switch (attribute.getPropagationBehavior()) {
            case TransactionAttribute.PROPAGATION_REQUIRES_NEW,
                    TransactionAttribute.PROPAGATION_NESTED,
                    TransactionAttribute.PROPAGATION_NOT_SUPPORTED -> false;
            default -> true;
        };
    }
}
