package io.integrationkit.replay;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.OneLine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Takes up jobs and runs them, so many at a time. Safe for use by any number of threads. */
final class ReplayWorkers {

    private static final Logger logger = LoggerFactory.getLogger(ReplayJobs.class);

    /** Characters of a text that are kept. */
    static final int LONGEST_TEXT = 500;

    private static final Duration STOP_WAIT = Duration.ofSeconds(20);

    private final ReplayJobStore store;

    private final DeadLetters deadLetters;

    private final ReplayJobSettings settings;

    private final TimeSource time;

    private final Executor executor;

    private final Executor beside;

    private final Consumer<ReplayJobEnded> ended;

    private final String owner;

    private final JobCounters counters = new JobCounters();

    private final Map<String, Running> running = new TreeMap<>();

    private boolean started;

    private volatile boolean troubled;

    ReplayWorkers(
            ReplayJobStore store,
            DeadLetters deadLetters,
            ReplayJobSettings settings,
            TimeSource time,
            Executor executor,
            Executor beside,
            Consumer<ReplayJobEnded> ended,
            String owner) {
        this.store = store;
        this.deadLetters = deadLetters;
        this.settings = settings;
        this.time = time;
        this.executor = executor;
        this.beside = beside;
        this.ended = ended;
        this.owner = owner;
    }

    JobCounters counters() {
        return this.counters;
    }

    synchronized int running() {
        return this.running.size();
    }

    synchronized void start() {
        this.started = true;
    }

    /** Leaves all jobs to others, each after the entry that is under way, for which this waits a while. */
    void stop() {
        List<Running> left;
        synchronized (this) {
            this.started = false;
            left = List.copyOf(this.running.values());
        }
        left.forEach((each) -> each.holding().stop());
        try {
            for (Running each : left) {
                if (!each.done().await(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    logger.warn(
                            "Replay job {} is still busy with an entry; another instance takes it up after its lease",
                            each.holding().claim().job().id());
                }
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Holds what runs here, and takes up what waits; called now and then, by one thread. */
    void look() {
        try {
            List<Running> current;
            synchronized (this) {
                current = List.copyOf(this.running.values());
            }
            current.forEach((each) -> each.holding().renew());
            takeUp();
            this.troubled = false;
        } catch (RuntimeException ex) {
            if (this.troubled) {
                logger.debug("Replay jobs cannot be looked for", ex);
            } else {
                this.troubled = true;
                logger.warn(
                        "Replay jobs cannot be looked for; tried again in {}",
                        this.settings.lease().dividedBy(3),
                        ex);
            }
        }
    }

    /** Asks how a job stands, at once if it runs here. */
    void look(String id) {
        Running here;
        synchronized (this) {
            here = this.running.get(id);
        }
        if (here != null) {
            here.holding().renew();
        }
    }

    /** Takes up jobs that nobody runs while there is room. */
    void takeUp() {
        Running next = claim();
        while (next != null) {
            Running claimed = next;
            this.executor.execute(() -> run(claimed));
            next = claim();
        }
    }

    private synchronized @Nullable Running claim() {
        if (!this.started || this.running.size() >= this.settings.maxRunning()) {
            return null;
        }
        long asked = this.time.nanoTime();
        JobClaim claim = this.store.claim(this.owner, this.settings.lease());
        if (claim == null) {
            return null;
        }
        Running claimed = new Running(
                new Holding(this.store, claim, this.time, this.settings.lease(), asked), new CountDownLatch(1));
        this.running.put(claim.job().id(), claimed);
        return claimed;
    }

    private void run(Running claimed) {
        ReplayJob job = claimed.holding().claim().job();
        logger.info("Replay job {} {} by {}", job.id(), begun(claimed), job.by().actor());
        JobRun run =
                new JobRun(claimed.holding(), this.deadLetters, this.settings, this.time, this.counters, this.beside);
        try {
            settle(claimed.holding(), run);
        } catch (DataAccessException | TransactionException ex) {
            logger.warn("Replay job {} lost the database; it is taken up after its lease", job.id(), ex);
        } catch (RuntimeException ex) {
            logger.error("Replay job {} failed", job.id(), ex);
            end(claimed.holding(), run.progress(), "it failed: " + ex.getClass().getName());
        } finally {
            synchronized (this) {
                this.running.remove(job.id(), claimed);
            }
            claimed.done().countDown();
        }
        takeUp();
    }

    private static String begun(Running claimed) {
        JobClaim claim = claimed.holding().claim();
        return (claim.epoch() == 1)
                ? "begins with %d entries".formatted(claim.job().total())
                : "goes on behind position %d".formatted(claim.job().progress().position());
    }

    private void settle(Holding holding, JobRun run) {
        boolean ends = false;
        try {
            ends = run.run();
        } catch (InterruptedException ex) {
            logger.debug("Interrupted", ex);
        }
        if (ends) {
            end(holding, run.progress(), run.stopped());
            return;
        }
        switch (this.store.release(holding.claim(), run.progress())) {
            case HELD ->
                logger.info(
                        "Replay job {} is left to others", holding.claim().job().id());
            case CANCELLED -> noteCancelled(holding);
            case LOST ->
                logger.info(
                        "Replay job {} was taken up by another instance",
                        holding.claim().job().id());
        }
    }

    private void noteCancelled(Holding holding) {
        this.counters.cancelled.increment();
        logger.info("Replay job {} ends: cancelled", holding.claim().job().id());
    }

    private void end(Holding holding, ReplayProgress progress, @Nullable String stopped) {
        String id = holding.claim().job().id();
        ReplayJob.Status status = (stopped != null) ? ReplayJob.Status.STOPPED : ReplayJob.Status.COMPLETED;
        String why = (stopped != null) ? OneLine.of(stopped, LONGEST_TEXT) : null;
        switch (this.store.end(holding.claim(), progress, status, why)) {
            case HELD -> {
                ((stopped != null) ? this.counters.stopped : this.counters.completed).increment();
                logger.info(
                        "Replay job {} ends {}: {} replayed, {} failed, {} skipped{}",
                        id,
                        status,
                        progress.replayed(),
                        progress.failed(),
                        progress.skipped(),
                        (why != null) ? "; " + why : "");
                told(id);
                this.store.deleteEnded(this.settings.kept());
            }
            case CANCELLED -> noteCancelled(holding);
            case LOST -> logger.info("Replay job {} was taken up by another instance", id);
        }
    }

    /** Tells the application that a job ended. */
    void told(String id) {
        Optional<ReplayJob> job = this.store.find(id);
        try {
            job.map(ReplayJobEnded::new).ifPresent(this.ended);
        } catch (RuntimeException ex) {
            logger.warn("A listener failed when replay job {} ended", id, ex);
        }
    }

    private record Running(Holding holding, CountDownLatch done) {}
}
