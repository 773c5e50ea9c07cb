package io.integrationkit.replay;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.OpenDeadLetter;
import io.integrationkit.deadletter.OpenSelection;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs one job until it ends or is left to others; used by one thread, once.
 *
 * <p><b>The state is the entry.</b> An entry that was replayed is closed, so nobody claims it again; the position and the
 * counts of the job only follow. The position is written about once a second, after each step and at the end, under owner
 * and epoch of the job's claim. Entries are claimed one by one as by anybody else, so neither two jobs over the same
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

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private static final Duration LONGEST_REFUSED_WAIT = Duration.ofSeconds(30);

    /** A page is read again after this time: its entries may have been closed or set aside. */
    private static final Duration PAGE_AGE = Duration.ofSeconds(5);

    private static final int PAGE = 500;

    private final Holding holding;

    private final DeadLetters deadLetters;

    private final ReplayJobSettings settings;

    private final TimeSource time;

    private final JobCounters counters;

    private final ReplayJob job;

    private final OpenSelection selection;

    private final Ladder ladder;

    private final Pace pace;

    private ReplayProgress progress;

    private @Nullable String stopped;

    JobRun(
            Holding holding,
            DeadLetters deadLetters,
            ReplayJobSettings settings,
            TimeSource time,
            JobCounters counters) {
        this.holding = holding;
        this.deadLetters = deadLetters;
        this.settings = settings;
        this.time = time;
        this.counters = counters;
        this.job = holding.claim().job();
        this.selection = new OpenSelection(
                this.job.request().filter(), this.job.request().names(), this.job.upTo(), this.job.total());
        this.ladder = new Ladder(this.job.request());
        this.pace = new Pace(this.job.request().entriesPerSecond(), time);
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
            int most = (int) Math.min(PAGE, left());
            List<OpenDeadLetter> page =
                    (most > 0) ? this.deadLetters.listOpen(this.selection, this.progress.position(), most) : List.of();
            if (page.isEmpty()) {
                return true;
            }
            replay(page, held);
        }
        return this.stopped != null;
    }

    private long left() {
        Integer limit = this.job.request().limit();
        return (limit != null) ? limit - this.progress.passed() : Long.MAX_VALUE;
    }

    private void replay(List<OpenDeadLetter> page, HeldKeys held) throws InterruptedException {
        long read = this.time.nanoTime();
        for (OpenDeadLetter entry : page) {
            if (this.time.nanoTime() - read > PAGE_AGE.toNanos() || !replay(entry, held)) {
                return;
            }
            boolean stepEnds = this.ladder.leftOf(this.progress) == 0;
            this.stopped = this.ladder.stopped(this.progress);
            this.progress = this.ladder.onward(this.progress);
            if (stepEnds || this.holding.saveIsDue()) {
                this.holding.save(this.progress);
            }
            if (this.stopped != null) {
                return;
            }
        }
    }

    /** Returns whether the job is done with the entry. */
    private boolean replay(OpenDeadLetter entry, HeldKeys held) throws InterruptedException {
        if (held.holds(entry)) {
            skip(entry);
            return true;
        }
        Waits waits = new Waits();
        while (pause(this.pace.untilNext())) {
            this.pace.taken(1);
            ReplayResult result = replayOne(entry.id());
            if (Thread.currentThread().isInterrupted()) {
                count(entry, result, held);
                throw new InterruptedException();
            }
            if (result.refused()) {
                if (!waits.refused(result)) {
                    return false;
                }
            } else if (!isTaken(result) || !waits.taken()) {
                count(entry, result, held);
                return true;
            }
        }
        return false;
    }

    private ReplayResult replayOne(String id) {
        try {
            return this.deadLetters.replay(id);
        } catch (ProblemException ex) {
            boolean gone = ex.code() == ProblemCode.DEAD_LETTER_NOT_FOUND;
            return new ReplayResult(
                    id,
                    gone ? ReplayResult.Outcome.SKIPPED : ReplayResult.Outcome.FAILED,
                    ex.category(),
                    ex.code(),
                    ex.getMessage());
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
            this.progress = this.progress.withReplayed(entry.position());
            this.counters.replayed.increment();
        } else if (result.outcome() == ReplayResult.Outcome.SKIPPED || result.category() == FailureCategory.REJECTED) {
            if (isOpen(entry.id())) {
                held.hold(entry);
            }
            skip(entry);
        } else {
            held.hold(entry);
            this.progress = this.progress.withFailed(entry.position(), result);
            this.counters.failed.increment();
        }
    }

    private boolean isOpen(String id) {
        return this.deadLetters
                .find(id)
                .filter((letter) ->
                        letter.status() != DeadLetter.Status.RESOLVED && letter.status() != DeadLetter.Status.DISCARDED)
                .isPresent();
    }

    private void skip(OpenDeadLetter entry) {
        this.progress = this.progress.withSkipped(entry.position());
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

    /** The waits before one entry. */
    private final class Waits {

        private @Nullable Long refusedSince;

        private @Nullable Long takenSince;

        private Duration wait = LOOK_AGAIN;

        /** Waits after a refusal of this application, each time longer; returns whether the job goes on. */
        boolean refused(ReplayResult result) throws InterruptedException {
            long now = JobRun.this.time.nanoTime();
            this.refusedSince = (this.refusedSince != null) ? this.refusedSince : now;
            Duration longest = JobRun.this.settings.longestRefusal();
            if (now - this.refusedSince >= longest.toNanos()) {
                JobRun.this.stopped = "the application refused replays for %s: %s".formatted(longest, result.detail());
                return false;
            }
            Duration waited = this.wait;
            Duration doubled = waited.multipliedBy(2);
            this.wait = (doubled.compareTo(LONGEST_REFUSED_WAIT) < 0) ? doubled : LONGEST_REFUSED_WAIT;
            return pause(waited);
        }

        /** Waits while somebody else is replaying the entry; returns whether to try it again. */
        boolean taken() throws InterruptedException {
            long now = JobRun.this.time.nanoTime();
            this.takenSince = (this.takenSince != null) ? this.takenSince : now;
            if (now - this.takenSince
                    > JobRun.this.settings.replayLease().plus(LOOK_AGAIN).toNanos()) {
                return false;
            }
            pause(LOOK_AGAIN);
            return true;
        }
    }
}
