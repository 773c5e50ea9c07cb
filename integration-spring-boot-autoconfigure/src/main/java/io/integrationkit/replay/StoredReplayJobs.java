package io.integrationkit.replay;

import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.OpenSelection;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.OneLine;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The jobs on whatever store keeps them. While it is started, a thread of its own holds the leases of what runs here and
 * looks for jobs to take up. Stops before the outbox's relay does, and starts after it.
 */
final class StoredReplayJobs implements ReplayJobs, SmartLifecycle {

    private static final Logger logger = LoggerFactory.getLogger(ReplayJobs.class);

    private static final int PHASE = Integer.MAX_VALUE - 2048;

    private static final int MOST_UNENDED = 100;

    private static final int LONGEST_PURPOSE = 200;

    private static final int ATTEMPTS = 10;

    private final ReplayJobStore store;

    private final DeadLetters deadLetters;

    private final ReplayJobSettings settings;

    private final ReplayWorkers workers;

    private final Supplier<String> ids;

    private @Nullable ScheduledExecutorService looking;

    StoredReplayJobs(
            ReplayJobStore store,
            DeadLetters deadLetters,
            ReplayJobSettings settings,
            ReplayWorkers workers,
            Supplier<String> ids) {
        this.store = store;
        this.deadLetters = deadLetters;
        this.settings = settings;
        this.workers = workers;
        this.ids = ids;
    }

    @Override
    public ReplayJob start(ReplayRequest request, Intervention by) {
        return Objects.requireNonNull(add(null, request, by));
    }

    @Override
    public ReplayJob startUnlessRunning(String purpose, ReplayRequest request, Intervention by) {
        requirePurpose(purpose);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<ReplayJob> other = this.store.findByPurpose(purpose);
            if (other.isPresent()) {
                return other.get();
            }
            ReplayJob added = add(purpose, request, by);
            if (added != null) {
                return added;
            }
        }
        throw new IllegalStateException("Replay jobs for '%s' end as fast as they start".formatted(purpose));
    }

    private static void requirePurpose(String purpose) {
        if (purpose.isBlank()
                || purpose.length() > LONGEST_PURPOSE
                || purpose.chars().anyMatch(Character::isISOControl)) {
            throw new ProblemException(
                    ProblemCode.REPLAY_JOB_INVALID,
                    FailureCategory.VALIDATION,
                    "the purpose of a replay job must be one line of at most %d characters".formatted(LONGEST_PURPOSE));
        }
    }

    private @Nullable ReplayJob add(@Nullable String purpose, ReplayRequest request, Intervention by) {
        if (this.store.unended() >= MOST_UNENDED) {
            throw new RejectedException(
                    ProblemCode.REPLAY_JOBS_FULL,
                    "%d replay jobs have not ended yet: cancel some, or wait; integration.dead-letters.replay-jobs.max-running=%d run at once on this instance"
                            .formatted(MOST_UNENDED, this.settings.maxRunning()),
                    null);
        }
        OpenSelection selection = this.deadLetters.selectOpen(request.filter(), request.names());
        ReplayJob added = this.store.add(this.ids.get(), purpose, request, by, selection);
        if (added != null) {
            this.workers.counters().started.increment();
            lookNow();
        }
        return added;
    }

    /** On the thread that looks: the caller's may be in a transaction, which need not see the job. */
    private synchronized void lookNow() {
        if (this.looking != null) {
            this.looking.execute(this.workers::look);
        }
    }

    @Override
    public ReplayPreview preview(ReplayRequest request) {
        return Preview.of(this.deadLetters, request);
    }

    @Override
    public Optional<ReplayJob> find(String id) {
        return this.store.find(id);
    }

    @Override
    public List<ReplayJob> last(int limit) {
        if (limit <= 0) {
            throw new IllegalArgumentException("'limit' must be positive, but is " + limit);
        }
        return this.store.last(limit);
    }

    @Override
    public boolean cancel(String id, Intervention by) {
        boolean cancelled = this.store.cancel(
                id, OneLine.of("cancelled by %s: %s".formatted(by.actor(), by.reason()), ReplayWorkers.LONGEST_TEXT));
        if (cancelled) {
            logger.info("Replay job {} cancelled by {}: {}", id, by.actor(), by.reason());
            this.workers.look(id);
            this.workers.told(id);
        }
        return cancelled;
    }

    @Override
    public ReplayTotals totals() {
        return this.workers.counters().totals(this.workers.running());
    }

    @Override
    public synchronized void start() {
        if (this.looking != null) {
            return;
        }
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor((run) -> {
            Thread thread = new Thread(run, "integration-replay-jobs");
            thread.setDaemon(true);
            return thread;
        });
        this.looking = started;
        this.workers.start();
        Duration interval = this.settings.lease().dividedBy(3);
        started.scheduleWithFixedDelay(this.workers::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void stop() {
        ScheduledExecutorService started = this.looking;
        if (started != null) {
            this.looking = null;
            this.workers.stop();
            started.shutdown();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return this.looking != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
