package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.ProblemCode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttribute;

/** Makes of an annotation how calls deal with their keys, and refuses what cannot work. */
final class ClaimPolicies {

    private final IdempotencyStore store;

    private final IdempotencyTools tools;

    private final AnnotationTransactionAttributeSource transactions = new AnnotationTransactionAttributeSource(false);

    ClaimPolicies(IdempotencyStore store, IdempotencyTools tools) {
        this.store = store;
        this.tools = tools;
    }

    ClaimPolicy of(Operation operation, Idempotent annotation, IdempotencySpec spec) {
        boolean reconciled = annotation.afterCrash() == AfterCrash.RECONCILE;
        return new ClaimPolicy(
                operation,
                spec,
                annotation.onConcurrent(),
                annotation.afterCrash(),
                reconciled ? reconciler(operation) : null);
    }

    private Reconciler reconciler(Operation operation) {
        List<Reconciler> found = this.tools.reconcilers().get().stream()
                .filter((each) -> each.operation().equals(operation.name()))
                .toList();
        if (found.size() != 1) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s is @Idempotent(afterCrash = RECONCILE), and %s"
                            .formatted(
                                    operation,
                                    found.isEmpty()
                                            ? "there is no Reconciler bean for it"
                                            : "%d Reconciler beans name it".formatted(found.size())),
                    "Define one bean of type Reconciler whose operation() returns \"%s\", or choose REFUSE or RE_EXECUTE."
                            .formatted(operation));
        }
        return found.get(0);
    }

    /**
     * Who tells whose keys they are; {@code null} if all callers share them.
     *
     * @param request whether the key comes from whoever sends a request
     * @param lazy whether calls begin when their result is subscribed to
     */
    @Nullable
    CallerScope callers(Operation operation, Idempotent annotation, boolean request, boolean lazy) {
        if (request && annotation.scope() == KeyScope.DEFAULT && this.tools.callers() == null) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "The clients of %s choose its keys, and nothing tells them apart: one would get the result of another"
                            .formatted(operation),
                    "Add Spring Security, or define a bean of type CallerScope, or declare @Idempotent(scope = GLOBAL) if all clients may share their keys.");
        }
        if (annotation.scope() == KeyScope.PRINCIPAL && this.tools.callers() == null) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s is @Idempotent(scope = PRINCIPAL), and nothing tells who calls".formatted(operation),
                    "Add Spring Security, or define a bean of type CallerScope, or choose GLOBAL.");
        }
        CallerScope callers = (annotation.scope() == KeyScope.GLOBAL) ? null : this.tools.callers();
        if (lazy && callers instanceof PrincipalScope) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s belongs to its callers' keys and returns a result that is lazy: whoever subscribes to it need not be known to its thread, and one caller could get the result of another"
                            .formatted(operation),
                    "Declare @Idempotent(scope = GLOBAL) and make who calls a part of the key, define a bean of type CallerScope that knows, or return a CompletionStage.");
        }
        return callers;
    }

    TransactionRule rule(Operation operation, Idempotent annotation, boolean later) {
        TransactionAttribute attribute =
                this.transactions.getTransactionAttribute(operation.method(), operation.beanType());
        TransactionalKeys keys = later ? null : this.store.transactional();
        TransactionRule rule = new TransactionRule(
                keys, annotation.mode(), attribute, attribute != null && keys != null && isForeign(attribute, keys));
        if (annotation.mode() == IdempotencyMode.TRANSACTIONAL && !rule.possible()) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s is @Idempotent(mode = TRANSACTIONAL), which cannot work: %s"
                            .formatted(operation, why(later, keys)),
                    "Choose AUTO or LEASE, or run the method in a transaction of the database that keeps the keys.");
        }
        return rule;
    }

    private String why(boolean later, @Nullable TransactionalKeys keys) {
        if (later) {
            return "its result comes after the transaction";
        }
        return (keys == null)
                ? "the keys are kept in %s, which has no transactions that work could join"
                        .formatted(this.store.engine())
                : "its transaction only reads, or is not one of the database that keeps the keys";
    }

    private boolean isForeign(TransactionAttribute attribute, TransactionalKeys keys) {
        Object manager = this.tools.managers().find(Objects.requireNonNullElse(attribute.getQualifier(), ""));
        return manager != keys.transactionManager();
    }
}
