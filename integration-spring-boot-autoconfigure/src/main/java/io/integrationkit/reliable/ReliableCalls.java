package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.PlanContributor;
import io.integrationkit.call.StagePosition;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/** Puts retry, circuit breaker and giving up into the plans of {@link Reliable} operations. */
public final class ReliableCalls implements PlanContributor {

    private static final String IDEMPOTENT = "io.integrationkit.idempotency.Idempotent";

    private final ReliablePolicies policies;

    private final CircuitBreakers breakers;

    private final FailureClassification classification;

    private final PayloadCodec codec;

    private final Supplier<@Nullable GivenUpCalls> givenUpCalls;

    private final TimeSource time;

    private final RandomGenerator random;

    private final TransactionAttributeSource transactions = new AnnotationTransactionAttributeSource(false);

    /**
     * Creates the contributor.
     *
     * @param policies the configured policies
     * @param breakers circuit breakers, shared by the operations of a policy
     * @param classification says what kind of failure an exception is
     * @param codec writes the arguments of a call that is dead-lettered
     * @param givenUpCalls where such a call goes; asked when the plan of an operation needs it, gives {@code null} if
     *     there is no such place
     * @param time how to wait and what to measure by
     * @param random draws the jitter; used by any number of threads
     */
    public ReliableCalls(
            ReliablePolicies policies,
            CircuitBreakers breakers,
            FailureClassification classification,
            PayloadCodec codec,
            Supplier<@Nullable GivenUpCalls> givenUpCalls,
            TimeSource time,
            RandomGenerator random) {
        this.policies = policies;
        this.breakers = breakers;
        this.classification = classification;
        this.codec = codec;
        this.givenUpCalls = givenUpCalls;
        this.time = time;
        this.random = random;
    }

    @Override
    public void contribute(Operation operation, PlanBuilder plan) {
        Reliable annotation = operation.annotation(Reliable.class);
        if (annotation == null) {
            return;
        }
        requireSynchronous(operation);
        Policy policy = this.policies.resolve(operation, annotation, plan).current();
        giveUp(operation, policy, plan);
        retry(operation, annotation, policy, plan);
        circuitBreaker(policy, plan);
    }

    private void giveUp(Operation operation, Policy policy, PlanBuilder plan) {
        if (policy.onExhausted() != OnExhausted.DEAD_LETTER) {
            return;
        }
        GivenUpCalls store = this.givenUpCalls.get();
        if (store == null) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "Operation '%s' is to be dead-lettered when it is given up, but there is no store of dead letters"
                            .formatted(operation),
                    "Set on-exhausted of policy '%s' to rethrow, or define exactly one bean of type %s."
                            .formatted(policy.name(), GivenUpCalls.class.getName()));
        }
        this.codec.requireReadable(operation.method());
        plan.stage(
                StagePosition.GIVE_UP,
                (next) -> new GiveUpStage(
                        next,
                        operation,
                        store,
                        this.codec,
                        this.classification,
                        policy.retry().maxDelay()));
    }

    private void retry(Operation operation, Reliable annotation, Policy policy, PlanBuilder plan) {
        boolean mayRepeat = policy.retry().maxAttempts() > 1;
        SafeToRetry safe = annotation.safeToRetry();
        plan.setting("safe-to-retry", Shown.of(safe), "@Reliable(safeToRetry)");
        if (mayRepeat && safe == SafeToRetry.UNKNOWN && !isIdempotent(operation)) {
            plan.finding(
                    ProblemCode.RETRY_WITHOUT_IDEMPOTENCY,
                    "An attempt whose outcome is unknown is repeated and may do its work twice; add @Idempotent"
                            + " and send its key to the callee, or say @Reliable(safeToRetry = YES) or NO");
        }
        RetryRules rules =
                new RetryRules(policy.retry(), new BackOff(policy.retry(), this.random), safe == SafeToRetry.NO);
        boolean joins = joinsTransaction(operation);
        plan.stage(
                StagePosition.RETRY,
                (next) -> new RetryStage(next, rules, mayRepeat, joins, this.classification, this.time));
    }

    private void circuitBreaker(Policy policy, PlanBuilder plan) {
        CircuitBreakerSpec spec = policy.circuitBreaker();
        if (spec == null) {
            return;
        }
        CircuitBreaker breaker = this.breakers.of(policy.name(), spec);
        plan.stage(
                StagePosition.CIRCUIT_BREAKER,
                (next) -> new CircuitBreakerStage(next, breaker, policy.name(), this.classification, this.time));
    }

    /** The annotation belongs to a package above this one; only its presence matters. */
    private static boolean isIdempotent(Operation operation) {
        return MergedAnnotations.from(operation.method(), MergedAnnotations.SearchStrategy.TYPE_HIERARCHY)
                .isPresent(IDEMPOTENT);
    }

    private boolean joinsTransaction(Operation operation) {
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

    private static void requireSynchronous(Operation operation) {
        Method method = operation.method();
        if (isAsynchronous(method.getReturnType()) || KotlinDetector.isSuspendingFunction(method)) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s of bean '%s' is @Reliable and returns %s: results that come later are not supported by this"
                                    .formatted(
                                            method,
                                            operation.beanName(),
                                            method.getReturnType().getSimpleName())
                            + " version",
                    "Put @Reliable on a method that returns its result itself, and call that one asynchronously.");
        }
    }

    private static boolean isAsynchronous(Class<?> type) {
        return Future.class.isAssignableFrom(type)
                || CompletionStage.class.isAssignableFrom(type)
                || Flow.Publisher.class.isAssignableFrom(type)
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
    }
}
