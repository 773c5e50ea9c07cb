package io.integrationkit.replay;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.OpenDeadLetter;
import io.integrationkit.deadletter.OpenSelection;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs one job until it ends or is left to others; used by one thread, once.
 *
 * <p><b>The state is the entry.</b> An entry that was replayed is closed, so nobody claims it again; the position and the
 * counts of the job only follow. They are written about once a second, after each step and at the end, under owner and
 * epoch of the job's claim. Entries are claimed as by anybody else, messages in batches of one transaction, so neither two jobs over the same
 * entries, nor two who take themselves for the owner of one job, nor an operator beside them, replay an entry twice.
 *
 * <p><b>What a crash leaves behind.</b>
 *
 * <ul>
 *   <li>Before the job was added: nothing. After it, before anybody claimed it: a job that the next look finds.
 *   <li>After the claim, between two entries: the job, with the position written last. It is taken up after the lease.
 *       Entries replayed since are closed and so not found again, and are missing in the counts; entries that failed
 *       since are open and are tried a second time.
 *   <li>While an entry is claimed, before, during or after its effect: that entry as well, {@code REPLAYING}. Whoever
 *       takes the job up waits at it until its lease is over and does it then, so it is neither lost nor overtaken by
 *       later ones of its key. Its own idempotency key keeps an effect from happening twice.
 *   <li>After the last entry, before the end of the job: the job, which ends once it is taken up.
 *   <li>After the end: an ended job that nobody was told of, and perhaps more ended jobs than are to be kept.
 * </ul>
 *
 * <p>Who held the lease of the job for too long stops before the next entry. If it is held up between that look and its
 * claim of the entry, an entry that failed under the next owner may be tried once more.
 */
final class JobRun {

    private static final Duration LONGEST_SLEEP = Duration.ofMillis(200);

    /** A page is read again after this time: its entries may have been closed or set aside. */
    private static final Duration PAGE_AGE = Duration.ofSeconds(5);

    private static final int SMALLEST_PAGE = 1_000;

    private static final int LARGEST_PAGE = 5_000;

    private final Holding holding;

    private final DeadLetters deadLetters;

    private final TimeSource time;

    private final JobCounters counters;

    private final ReplayJob job;

    private final OpenSelection selection;

    private final Ladder ladder;

    private final Pace pace;

    private final Waits waits;

    private final Intervention by;

    private final BatchReplay replay;

    /** Where there is no transaction, messages are replayed one by one, and so can be stopped in between. */
    private final int batch;

    /** Positions behind that of the progress which the job is done with. */
    private final Set<Long> ahead = new HashSet<>();

    private int page = SMALLEST_PAGE;

    private ReplayProgress progress;

    private @Nullable String stopped;

    JobRun(
            Holding holding,
            DeadLetters deadLetters,
            ReplayJobSettings settings,
            TimeSource time,
            JobCounters counters,
            Executor beside) {
        this.holding = holding;
        this.deadLetters = deadLetters;
        this.time = time;
        this.counters = counters;
        this.job = holding.claim().job();
        this.selection = new OpenSelection(
                this.job.request().filter(), this.job.request().names(), this.job.upTo(), this.job.total());
        this.ladder = new Ladder(this.job.request());
        this.pace = new Pace(this.job.request().entriesPerSecond(), time);
        this.waits = new Waits(settings, time);
        this.by = new Intervention(
                this.job.by().actor(),
                "replay job %s: %s".formatted(this.job.id(), this.job.by().reason()));
        this.batch = deadLetters.durable() ? this.pace.batch() : 1;
        this.replay = new BatchReplay(deadLetters, beside);
        this.progress = this.job.progress();
    }

    ReplayProgress progress() {
        return this.progress;
    }

    /** Why the job must end before its selection does, or {@code null}. */
    @Nullable
    String stopped() {
        return this.stopped;
    }

    /**
     * Replays until nothing of the selection is left, or the job must stop.
     *
     * @return whether the job is to be ended; otherwise it is left to others, or was ended by somebody
     * @throws InterruptedException if the thread is asked to stop
     */
    boolean run() throws InterruptedException {
        HeldKeys held = HeldKeys.of(this.deadLetters, this.selection, this.progress.position());
        this.stopped = this.ladder.stopped(this.progress);
        while (this.stopped == null && this.holding.goesOn()) {
            int most = (int) Math.min(this.page, left());
            List<OpenDeadLetter> page =
                    (most > 0) ? this.deadLetters.listOpen(this.selection, this.progress.position(), most) : List.of();
            if (page.isEmpty()) {
                return true;
            }
            boolean whole = replay(page, held);
            // Reading a page may mean to sort all that is open; whoever needs many pages reads large ones.
            this.page = whole ? Math.min(2 * this.page, LARGEST_PAGE) : SMALLEST_PAGE;
        }
        return this.stopped != null;
    }

    private long left() {
        Integer limit = this.job.request().limit();
        return (limit != null) ? limit - this.progress.passed() : Long.MAX_VALUE;
    }

    /** Returns whether the page was replayed to its end before it was too old. */
    private boolean replay(List<OpenDeadLetter> page, HeldKeys held) throws InterruptedException {
        long read = this.time.nanoTime();
        Batches batches = new Batches(page, this.ahead);
        this.progress = this.progress.at(batches.reached(this.progress.position()));
        while (this.stopped == null && this.time.nanoTime() - read <= PAGE_AGE.toNanos()) {
            List<OpenDeadLetter> batch = batches.next(this.ladder.most(this.progress, this.batch));
            if (batch.isEmpty()) {
                return true;
            }
            if (!pause(this.pace.untilNext())) {
                return false;
            }
            ReplayProgress before = this.progress;
            replay(batch, batches, held);
            this.progress = this.progress.at(batches.reached(this.progress.position()));
            boolean stepEnds = this.ladder.isOn(before) && before.step() != this.progress.step();
            if (stepEnds || this.holding.saveIsDue()) {
                this.holding.save(this.progress);
            }
        }
        return false;
    }

    private void replay(List<OpenDeadLetter> batch, Batches batches, HeldKeys held) throws InterruptedException {
        Map<String, OpenDeadLetter> tried = new LinkedHashMap<>();
        for (OpenDeadLetter entry : batch) {
            if (held.holds(entry)) {
                skip();
                batches.done(entry);
            } else {
                tried.put(entry.id(), entry);
            }
        }
        if (tried.isEmpty()) {
            return;
        }
        this.pace.taken(tried.size());
        ReplayResult refused = null;
        boolean waits = false;
        for (ReplayResult result : this.replay.replay(List.copyOf(tried.keySet()), this.by)) {
            OpenDeadLetter entry = Objects.requireNonNull(tried.get(result.id()));
            if (result.refused()) {
                refused = result;
            } else if (isTaken(result) && this.waits.mayWaitFor(entry)) {
                waits = true;
            } else {
                count(entry, result, held);
                batches.done(entry);
                this.waits.wentOn();
            }
        }
        if (Thread.currentThread().isInterrupted()) {
            this.progress = this.progress.at(batches.reached(this.progress.position()));
            throw new InterruptedException();
        }
        if (refused != null) {
            this.stopped = this.waits.refusedForTooLong(refused);
            if (this.stopped == null) {
                pause(this.waits.nextRefusedWait());
            }
        } else if (waits) {
            pause(Waits.LOOK_AGAIN);
        }
    }

    /** Whether somebody else is replaying the entry, or has just ended in vain. */
    private boolean isTaken(ReplayResult result) {
        if (result.outcome() != ReplayResult.Outcome.SKIPPED) {
            return false;
        }
        DeadLetter.Status status =
                this.deadLetters.find(result.id()).map(DeadLetter::status).orElse(DeadLetter.Status.RESOLVED);
        return status == DeadLetter.Status.NEW || status == DeadLetter.Status.REPLAYING;
    }

    private void count(OpenDeadLetter entry, ReplayResult result, HeldKeys held) {
        if (result.outcome() == ReplayResult.Outcome.REPLAYED) {
            this.progress = this.progress.withReplayed();
            this.counters.replayed.increment();
            judge();
        } else if (isNoFailure(result)) {
            if (isOpen(entry.id())) {
                held.hold(entry);
            }
            skip();
        } else {
            held.hold(entry);
            this.progress = this.progress.withFailed(result);
            this.counters.failed.increment();
            judge();
        }
    }

    /** After each entry, so that a batch may be larger than a step above the ladder. */
    private void judge() {
        if (this.stopped == null) {
            this.stopped = this.ladder.stopped(this.progress);
        }
        if (this.stopped == null) {
            this.progress = this.ladder.onward(this.progress);
        }
    }

    /** Closed meanwhile, deleted, or refused for its own key only. */
    private static boolean isNoFailure(ReplayResult result) {
        return result.outcome() == ReplayResult.Outcome.SKIPPED
                || result.category() == FailureCategory.REJECTED
                || result.code() == ProblemCode.DEAD_LETTER_NOT_FOUND;
    }

    private boolean isOpen(String id) {
        return this.deadLetters
                .find(id)
                .filter((letter) ->
                        letter.status() != DeadLetter.Status.RESOLVED && letter.status() != DeadLetter.Status.DISCARDED)
                .isPresent();
    }

    private void skip() {
        this.progress = this.progress.withSkipped();
        this.counters.skipped.increment();
    }

    /** Waits, in short sleeps; returns whether the job goes on. */
    private boolean pause(Duration duration) throws InterruptedException {
        long until = this.time.nanoTime() + duration.toNanos();
        long left = duration.toNanos();
        while (left > 0 && this.holding.goesOn()) {
            this.time.sleep(Duration.ofNanos(Math.min(left, LONGEST_SLEEP.toNanos())));
            if (this.holding.saveIsDue()) {
                this.holding.save(this.progress);
            }
            left = until - this.time.nanoTime();
        }
        return this.holding.goesOn();
    }
}
