package io.integrationkit.replay;

import io.integrationkit.breaker.CircuitState;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.reliable.CircuitBreakers;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Starts a replay job when the circuit breaker of a policy closes: of the calls of its operations whose last failure was
 * {@link FailureCategory#TEMPORARY} and that wait for an operator. One job a policy at a time, on whichever instance. If
 * the callee is not well after all, the first step of the job stops it, and the breaker opens again.
 */
public final class AutomaticReplay implements SmartLifecycle {

    /** Who starts the jobs. */
    public static final String ACTOR = "integration-kit";

    private static final Logger logger = LoggerFactory.getLogger(AutomaticReplay.class);

    private static final String POLICY = "policy";

    private final CircuitBreakers breakers;

    private final OperationRegistry operations;

    private final DeadLetters deadLetters;

    private final ReplayJobs jobs;

    private final AutomaticReplaySettings settings;

    private final Executor executor;

    private final LongAdder started = new LongAdder();

    private final LongAdder failed = new LongAdder();

    private volatile @Nullable Runnable end;

    /**
     * Creates the automatic replay; {@link #start()} begins it.
     *
     * @param breakers tell when one closes
     * @param operations which operations a policy has
     * @param deadLetters the dead letters
     * @param jobs starts the jobs
     * @param settings the settings
     * @param executor starts the jobs, apart from the call that closed the breaker
     */
    public AutomaticReplay(
            CircuitBreakers breakers,
            OperationRegistry operations,
            DeadLetters deadLetters,
            ReplayJobs jobs,
            AutomaticReplaySettings settings,
            Executor executor) {
        this.breakers = breakers;
        this.operations = operations;
        this.deadLetters = deadLetters;
        this.jobs = jobs;
        this.settings = settings;
        this.executor = executor;
    }

    /**
     * Begins to listen to the breakers.
     *
     * @throws InvalidOperationException if a configured policy has no circuit breaker
     */
    @Override
    public synchronized void start() {
        if (this.end != null) {
            return;
        }
        for (String policy : this.settings.policies()) {
            if (this.breakers.find(policy) == null) {
                throw new InvalidOperationException(
                        ProblemCode.POLICY_UNKNOWN,
                        "integration.dead-letters.automatic-replay.policies names '%s', and no operation has a circuit breaker of that policy"
                                .formatted(policy),
                        "Name policies of operations that have circuit-breaker.enabled, or leave the setting out for all.");
            }
        }
        this.end = this.breakers.listen(this::changed);
    }

    private void changed(String policy, CircuitState from, CircuitState to) {
        if (to == CircuitState.CLOSED
                && (this.settings.policies().isEmpty()
                        || this.settings.policies().contains(policy))) {
            this.executor.execute(() -> replay(policy));
        }
    }

    private void replay(String policy) {
        try {
            Set<String> names = operationsOf(policy);
            DeadLetterFilter filter = DeadLetterFilter.all()
                    .withKind(DeadLetter.Kind.CALL)
                    .withCategory(FailureCategory.TEMPORARY)
                    .withStatus(DeadLetter.Status.NEW);
            if (names.isEmpty() || this.deadLetters.selectOpen(filter, names).count() == 0) {
                return;
            }
            ReplayRequest request = ReplayRequest.of(filter)
                    .withNames(names)
                    .withRate(this.settings.rate())
                    .withLimit(this.settings.maxEntries());
            this.jobs.startUnlessRunning(
                    "circuit breaker " + policy,
                    request,
                    new Intervention(ACTOR, "circuit breaker '%s' closed".formatted(policy)));
            this.started.increment();
        } catch (RuntimeException ex) {
            this.failed.increment();
            logger.warn("No automatic replay after circuit breaker '{}' closed", policy, ex);
        }
    }

    private Set<String> operationsOf(String policy) {
        Set<String> names = new TreeSet<>();
        for (Plan plan : this.operations.plans()) {
            if (plan.settings().stream()
                    .anyMatch((setting) -> setting.name().equals(POLICY) && policy.equals(setting.value()))) {
                names.add(plan.operation().name());
            }
        }
        return names;
    }

    @Override
    public synchronized void stop() {
        Runnable listening = this.end;
        if (listening != null) {
            listening.run();
            this.end = null;
        }
    }

    @Override
    public boolean isRunning() {
        return this.end != null;
    }

    /**
     * Returns how often a job was wanted because a breaker closed and there was something to replay; also where one was
     * running already.
     *
     * @return number since start
     */
    public long startedTotal() {
        return this.started.sum();
    }

    /**
     * Returns how often a job was wanted and could not be started.
     *
     * @return number since start
     */
    public long failedTotal() {
        return this.failed.sum();
    }
}
