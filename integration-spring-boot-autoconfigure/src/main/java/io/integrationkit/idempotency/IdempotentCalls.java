package io.integrationkit.idempotency;

import io.integrationkit.call.KeyExpression;
import io.integrationkit.call.LaterResults;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.PlanContributor;
import io.integrationkit.call.SettingSources;
import io.integrationkit.call.Stage;
import io.integrationkit.call.StagePosition;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;

/** Gives operations with {@link Idempotent} the stages that claim their keys. */
public final class IdempotentCalls implements PlanContributor {

    private final IdempotencyStore store;

    private final IdempotencySpec defaults;

    private final SettingSources sources;

    private final IdempotencyTools tools;

    private final IdempotencyStatistics statistics;

    private final ClaimPolicies policies;

    private final SingleFlight flights;

    private final CompletedCalls completed;

    private final LeaseRenewal renewal;

    private final String instance = UUID.randomUUID().toString();

    private final AtomicLong claims = new AtomicLong();

    /**
     * Creates the contributor.
     *
     * @param store where the keys are kept
     * @param defaults values of what the annotation leaves open
     * @param sources where the defaults were set
     * @param tools what the calls work with
     * @param statistics told what becomes of the calls
     */
    public IdempotentCalls(
            IdempotencyStore store,
            IdempotencySpec defaults,
            SettingSources sources,
            IdempotencyTools tools,
            IdempotencyStatistics statistics) {
        this.store = store;
        this.defaults = defaults;
        this.sources = sources;
        this.tools = tools;
        this.statistics = statistics;
        this.policies = new ClaimPolicies(store, tools);
        this.flights = new SingleFlight(tools.time());
        this.completed = new CompletedCalls(tools.cacheBytes());
        this.renewal = new LeaseRenewal(store, tools.time(), tools.executor());
    }

    @Override
    public void contribute(Operation operation, PlanBuilder plan) {
        Idempotent annotation = operation.annotation(Idempotent.class);
        if (annotation == null) {
            return;
        }
        LaterResults later = laterResult(operation.method().getReturnType());
        if (later != null && plan.laterResults() == null) {
            plan.laterResults(later);
        }
        ResolvableType returned = ResultCodec.returnTypeOf(operation);
        contribute(
                operation,
                annotation,
                content(operation, annotation),
                (later != null) ? returned.getGeneric() : returned,
                later,
                plan);
    }

    /** How to go on with one result that comes later; of several, none could be remembered before all were passed on. */
    private @Nullable LaterResults laterResult(Class<?> type) {
        ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
        return (adapter != null && adapter.isMultiValue()) ? null : LaterResults.of(type, this.tools.executor());
    }

    /** The same for an operation whose work is given in code. */
    void contribute(Operation operation, Idempotent annotation, ResolvableType result, PlanBuilder plan) {
        contribute(operation, annotation, new WorkContent(operation, this.tools.codec()), result, null, plan);
    }

    private void contribute(
            Operation operation,
            Idempotent annotation,
            CallContent content,
            ResolvableType result,
            @Nullable LaterResults later,
            PlanBuilder plan) {
        ResultCodec results = new ResultCodec(operation, this.tools.codec(), result, this.tools.limits());
        Told told = (content instanceof HeaderContent header) ? header.requests() : Told.NOBODY;
        DeclaredTimes times = new DeclaredTimes(operation, annotation, this.defaults);
        ClaimPolicy policy = this.policies.of(operation, annotation, times.spec());
        TransactionRule rule = this.policies.rule(operation, annotation, later != null);
        boolean lazy = later != null
                && !CompletionStage.class.isAssignableFrom(operation.method().getReturnType());
        CallerScope callers = this.policies.callers(operation, annotation, told != Told.NOBODY, lazy);
        CallKeys keys = new CallKeys(
                operation, content, callers, this.tools.tenants(), told != Told.NOBODY && callers != null, told);
        stages(plan, policy, rule, keys, content, results, told, later);
        new ShownClaims(operation, annotation, this.store, this.sources, plan).show(policy, rule, times);
    }

    private CallContent content(Operation operation, Idempotent annotation) {
        RequestKeys requests = annotation.key().isBlank() ? RequestKeys.of(operation) : null;
        if (requests != null) {
            return new HeaderContent(requests, this.tools.codec());
        }
        KeyExpression key = KeyExpression.compile(operation, "@Idempotent(key)", annotation.key());
        KeyExpression fingerprint = annotation.fingerprint().isBlank()
                ? null
                : KeyExpression.compile(operation, "@Idempotent(fingerprint)", annotation.fingerprint());
        return new ArgumentContent(operation, key, fingerprint, this.tools.codec());
    }

    private void stages(
            PlanBuilder plan,
            ClaimPolicy policy,
            TransactionRule rule,
            CallKeys keys,
            CallContent content,
            ResultCodec results,
            Told told,
            @Nullable LaterResults later) {
        KeySums sums = this.statistics.of(policy.operation().name());
        KeyQueue queue = new KeyQueue(policy, content, this.flights, this.completed, this.tools.time(), told, sums);
        LeasedKeys leased = new LeasedKeys(policy, this.store, this::newOwner, this.renewal);
        Answers answers = new Answers(policy.operation(), results, told, sums);
        LeasedEnd end = new LeasedEnd(leased, queue, results, this.tools.classification());
        TransactionalKeys joined = rule.possible() ? this.store.transactional() : null;
        UnaryOperator<Stage> inside = (next) -> (joined == null)
                ? next
                : new TransactionalIdempotentStage(
                        next, joined, leased, queue, answers, results, this.tools.classification());
        // Work in code has no transaction advice that could stand between the two halves.
        boolean inCode = content instanceof WorkContent;
        plan.stage(
                StagePosition.IDEMPOTENT,
                (next) -> new IdempotentStage(
                        keys,
                        queue,
                        answers,
                        rule,
                        new LeasedWork(next, policy, leased, queue, answers, end, later),
                        (joined == null)
                                ? null
                                : new TransactionalWork(
                                        inCode ? inside.apply(next) : next,
                                        rule,
                                        leased,
                                        queue,
                                        answers,
                                        results,
                                        this.tools.classification()),
                        later));
        if (joined != null && !inCode) {
            plan.stage(StagePosition.TRANSACTIONAL_IDEMPOTENT, inside);
        }
    }

    private String newOwner() {
        return this.instance + "/" + this.claims.incrementAndGet();
    }
}
