package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.LaterResults;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.PlanContributor;
import io.integrationkit.call.Stage;
import io.integrationkit.call.StagePosition;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/** Puts the attempts, all they have to pass, and giving up into the plans of {@link Reliable} operations. */
public final class ReliableCalls implements PlanContributor {

    private final ReliablePolicies policies;

    private final SharedStates shared;

    private final FailureClassification classification;

    private final GiveUpPlans giveUpPlans;

    private final Surroundings surroundings;

    private final Repeatability repeatability;

    /**
     * Creates the contributor.
     *
     * @param policies the configured policies
     * @param shared what the operations of a policy share
     * @param classification says what kind of failure an exception is
     * @param giveUpPlans what becomes of calls that are given up
     * @param surroundings time, threads and chance
     */
    public ReliableCalls(
            ReliablePolicies policies,
            SharedStates shared,
            FailureClassification classification,
            GiveUpPlans giveUpPlans,
            Surroundings surroundings) {
        this.policies = policies;
        this.shared = shared;
        this.classification = classification;
        this.giveUpPlans = giveUpPlans;
        this.surroundings = surroundings;
        this.repeatability = new Repeatability(policies.unsafeRetry());
    }

    @Override
    public void contribute(Operation operation, PlanBuilder plan) {
        Reliable annotation = operation.annotation(Reliable.class);
        if (annotation == null) {
            return;
        }
        contribute(operation, new Declared(annotation, false), plan);
    }

    /** The same for an operation whose work is given in code. */
    void contribute(Operation operation, Declared declared, PlanBuilder plan) {
        LaterResults later = laterResults(operation);
        if (later != null) {
            plan.laterResults(later);
        }
        OperationPolicy policy = this.policies.resolve(operation, declared, plan);
        try {
            stages(operation, declared, policy, plan, later);
        } catch (Throwable failure) {
            // Code asks for its plan again at its next call.
            this.policies.forget(policy);
            throw failure;
        }
        if (later == null) {
            this.policies.runsOnCallersThread(operation, policy);
        }
    }

    private void stages(
            Operation operation,
            Declared declared,
            OperationPolicy policy,
            PlanBuilder plan,
            @Nullable LaterResults later) {
        Reliable annotation = declared.annotation();
        plan.timeAllowed(() -> policy.current().deadline());
        FailureClassification known = classification(annotation);
        if (declared.inCode()) {
            giveUpInCode(operation, policy, known, plan, later);
        } else {
            giveUp(operation, annotation, policy, known, plan, later);
        }
        attempts(operation, declared, policy, known, plan);
    }

    private FailureClassification classification(Reliable annotation) {
        return (annotation.retryOn().length == 0 && annotation.noRetryOn().length == 0)
                ? this.classification
                : this.classification.with(new NamedFailures(annotation));
    }

    private void giveUp(
            Operation operation,
            Reliable annotation,
            OperationPolicy policy,
            FailureClassification known,
            PlanBuilder plan,
            @Nullable LaterResults later) {
        GivingUp givingUp = this.giveUpPlans.of(operation, annotation, policy, known);
        if (givingUp.hasAnything()) {
            plan.stage(
                    StagePosition.GIVE_UP,
                    (next) -> (later == null)
                            ? new GiveUpStage(next, givingUp)
                            : new GiveUpStage.Later(next, givingUp, later));
        }
    }

    private void giveUpInCode(
            Operation operation,
            OperationPolicy policy,
            FailureClassification known,
            PlanBuilder plan,
            @Nullable LaterResults later) {
        GivingUp givingUp = this.giveUpPlans.ofCode(operation, policy, known);
        plan.stage(StagePosition.GIVE_UP, (next) -> new CodeGiveUpStage(next, givingUp, later));
    }

    private void attempts(
            Operation operation,
            Declared declared,
            OperationPolicy policy,
            FailureClassification known,
            PlanBuilder plan) {
        Reliable annotation = declared.annotation();
        requireOneResult(operation, annotation);
        SafeToRetry safe = annotation.safeToRetry();
        plan.setting("safe-to-retry", Shown.of(safe), declared.source("safeToRetry"));
        int maxAttempts = policy.current().retry().maxAttempts();
        OtherRetries.check(operation, maxAttempts, plan);
        boolean mayRepeat = maxAttempts > 1;
        UnknownOutcome unknownOutcome = this.repeatability.afterUnknownOutcome(operation, safe, mayRepeat, plan);
        SettledPolicy settled = new SettledPolicy(policy, this.shared, unknownOutcome, this.surroundings.random());
        AttemptTools tools = new AttemptTools(
                known,
                this.surroundings.time(),
                this.surroundings.executor(),
                this.repeatability.joinsTransaction(operation),
                this.giveUpPlans.resultCheck(operation, annotation.retryOnResult()));
        plan.alsoStandsFor(() -> positions(policy.current()));
        plan.stage(StagePosition.RETRY, (next) -> attempts(operation, next, settled, tools));
    }

    /** The first elements would have been passed on before the rest could be judged. */
    private static void requireOneResult(Operation operation, Reliable annotation) {
        Class<?> type = operation.method().getReturnType();
        if (!annotation.retryOnResult().isEmpty() && isReactive(type) && isMany(type)) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s of bean '%s' has @Reliable(retryOnResult = \"%s\") and returns %s, whose elements are passed on one by one"
                            .formatted(
                                    operation.method(),
                                    operation.beanName(),
                                    annotation.retryOnResult(),
                                    type.getSimpleName()),
                    "Remove retryOnResult, or return a Mono of the collected elements.");
        }
    }

    private static boolean isMany(Class<?> type) {
        ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
        return adapter != null && adapter.isMultiValue();
    }

    private static Stage attempts(Operation operation, Stage next, SettledPolicy settled, AttemptTools tools) {
        Class<?> type = operation.method().getReturnType();
        if (CompletionStage.class.isAssignableFrom(type)) {
            return new FutureAttempts(next, settled, tools);
        }
        return isReactive(type)
                ? new ReactorAttempts(next, settled, tools, isMany(type))
                : new Attempts(next, settled, tools);
    }

    /** What the attempts stand for beside the retries. */
    private static Collection<StagePosition> positions(Policy policy) {
        List<StagePosition> positions = new ArrayList<>();
        if (policy.circuitBreaker() != null) {
            positions.add(StagePosition.CIRCUIT_BREAKER);
        }
        if (policy.rateLimit() != null) {
            positions.add(StagePosition.RATE_LIMIT);
        }
        if (policy.bulkhead() != null) {
            positions.add(StagePosition.BULKHEAD);
        }
        if (policy.attemptTimeout() != null || policy.deadline() != null) {
            positions.add(StagePosition.ATTEMPT_TIMEOUT);
        }
        return positions;
    }

    private @Nullable LaterResults laterResults(Operation operation) {
        Method method = operation.method();
        Class<?> type = method.getReturnType();
        LaterResults results = LaterResults.of(type, this.surroundings.executor());
        if (KotlinDetector.isSuspendingFunction(method) || (results == null && comesLater(type))) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s of bean '%s' is @Reliable and returns %s, a result that comes later of a kind that is not known"
                            .formatted(method, operation.beanName(), type.getSimpleName()),
                    "Return CompletionStage, CompletableFuture, Mono, Flux or the result itself.");
        }
        return results;
    }

    private static boolean comesLater(Class<?> type) {
        return Future.class.isAssignableFrom(type)
                || CompletionStage.class.isAssignableFrom(type)
                || Flow.Publisher.class.isAssignableFrom(type)
                || isReactive(type);
    }

    private static boolean isReactive(Class<?> type) {
        return !CompletionStage.class.isAssignableFrom(type)
                && ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
    }
}
