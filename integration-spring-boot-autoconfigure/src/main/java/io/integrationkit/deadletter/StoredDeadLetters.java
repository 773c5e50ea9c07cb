package io.integrationkit.deadletter;

import io.integrationkit.call.GivenUpCall;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Replay;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The dead letters on whatever store keeps them. */
final class StoredDeadLetters implements DeadLetters {

    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

    private final DeadLetterStore store;

    private final DeadLetterReplayer replayer;

    private final TimeSource time;

    private final Supplier<@Nullable String> tenant;

    private final DeadLetterSelections selections;

    private final EntrySize size;
    private final ContentView view;

    private final LongAdder stored = new LongAdder();

    private final LongAdder replayed = new LongAdder();

    private final LongAdder replayFailed = new LongAdder();

    private final LongAdder discarded = new LongAdder();

    StoredDeadLetters(
            DeadLetterStore store,
            DeadLetterReplayer replayer,
            TimeSource time,
            Supplier<@Nullable String> tenant,
            DeadLetterLimits limits,
            ContentView view) {
        this.store = store;
        this.replayer = replayer;
        this.time = time;
        this.tenant = tenant;
        this.selections = new DeadLetterSelections(store, replayer, time, limits, this.discarded);
        this.size = new EntrySize(limits.maxEntrySize());
        this.view = view;
    }

    @Override
    public String store(GivenUpCall call) {
        LastFailure failure = LastFailure.of(
                call.cause(),
                call.failure().category(),
                call.attempts(),
                this.time.now(),
                Correlation.current(),
                this.view.redaction());
        GivenUp givenUp = GivenUp.call(call, this.tenant.get(), failure);
        Replay replay = Replay.current();
        if (replay != null && isReplayOf(replay.entryId(), givenUp)) {
            this.store.noteFailure(replay.entryId(), failure);
            replay.markDeadLetteredAgain();
            return replay.entryId();
        }
        put(givenUp, call.operation().returnsNothing());
        return givenUp.id();
    }

    /** A replayed call may call other operations; only the one the entry is about updates the entry. */
    private boolean isReplayOf(String entryId, GivenUp givenUp) {
        if (givenUp.key() != null) {
            return givenUp.id().equals(entryId);
        }
        return this.store
                .find(entryId)
                .filter((entry) -> entry.kind() == givenUp.kind()
                        && entry.key() == null
                        && entry.name().equals(givenUp.name()))
                .isPresent();
    }

    @Override
    public String storeMessage(DeadLetterMessage message) {
        LastFailure failure = LastFailure.of(
                message.cause(),
                message.failure().category(),
                message.attempts(),
                this.time.now(),
                correlationOf(message.headers()),
                this.view.redaction());
        GivenUp givenUp = GivenUp.message(message, this.tenant.get(), failure);
        put(givenUp, true);
        return givenUp.id();
    }

    private static @Nullable String correlationOf(Map<String, String> headers) {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (header.getKey().equalsIgnoreCase(Correlation.HEADER)) {
                return Text.line(header.getValue());
            }
        }
        return Correlation.current();
    }

    private void put(GivenUp givenUp, boolean mayJoin) {
        this.size.require(givenUp);
        boolean join = mayJoin && this.store.canJoin();
        this.store.put(givenUp, join);
        if (join && TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new CountAfterCommit(this.stored));
        } else {
            this.stored.increment();
        }
    }

    @Override
    public Optional<DeadLetter> find(String id) {
        return this.store.find(id);
    }

    @Override
    public Optional<DeadLetterDetails> show(String id) {
        return this.store.read(id).map((entry) -> this.view.masked(entry, this.store.history(id)));
    }

    /** A crash after the note leaves a note of something nobody saw, never the other way round. */
    @Override
    public Optional<DeadLetterDetails> reveal(String id, Intervention by) {
        if (!this.view.mayReveal()) {
            throw new ProblemException(
                    ProblemCode.DEAD_LETTER_REVEAL_FORBIDDEN,
                    FailureCategory.PERMANENT,
                    "the content of dead letters is not revealed here: integration.dead-letters.reveal=false; set it to true to allow that");
        }
        if (!this.store.claims().revealed(id, by)) {
            return Optional.empty();
        }
        log.info("Dead letter {} revealed to {}: {}", id, by.actor(), by.reason());
        return this.store.read(id).map((entry) -> this.view.revealed(entry, this.store.history(id)));
    }

    @Override
    public List<DeadLetter> list(DeadLetterFilter filter, @Nullable String afterId, int limit) {
        long position = (afterId != null) ? positionOf(afterId) : 0;
        return this.store.list(filter, position, requirePositive(limit));
    }

    private long positionOf(String id) {
        return find(id).map(DeadLetter::position).orElseThrow(() -> DeadLetterReplayer.notFound(id));
    }

    @Override
    public List<DeadLetter> replayable(DeadLetterFilter filter, long afterPosition, int limit) {
        return this.store.replayable(filter, afterPosition, requirePositive(limit));
    }

    @Override
    public OpenSelection selectOpen(DeadLetterFilter filter, Set<String> names) {
        return this.store.selectOpen(filter, names);
    }

    @Override
    public List<OpenDeadLetter> listOpen(OpenSelection selection, long afterPosition, int limit) {
        return this.store.listOpen(selection, afterPosition, requirePositive(limit));
    }

    @Override
    public List<DeadLetterChange> history(String id) {
        return this.store.history(id);
    }

    @Override
    public long count(DeadLetterFilter filter) {
        return this.store.count(filter);
    }

    @Override
    public List<DeadLetterCount> counts(DeadLetterFilter filter) {
        return this.store.counts(filter);
    }

    @Override
    public List<DeadLetterGroup> groups(DeadLetterFilter filter, int limit) {
        return this.store.groups(filter, requirePositive(limit));
    }

    @Override
    public Optional<Instant> oldest(DeadLetterFilter filter) {
        return this.store.oldest(filter);
    }

    @Override
    public long export(DeadLetterFilter filter, Consumer<DeadLetter> to) {
        return new DeadLetterExport(this.store).run(filter, to);
    }

    @Override
    public long export(DeadLetterFilter filter, OutputStream to) {
        return export(filter, DeadLetterExport.lines(to));
    }

    @Override
    public Optional<ReplayResult> obstacle(String id) {
        return Optional.ofNullable(this.replayer.obstacle(id));
    }

    @Override
    public ReplayResult replay(String id, Intervention by) {
        ReplayResult result = replayAndCount(id, by);
        log.info("Replay of dead letter {} by {}: {}", result.id(), by.actor(), result.outcome());
        return result;
    }

    @Override
    public List<ReplayResult> replayAll(List<String> ids, Intervention by) {
        this.replayer.requireNoTransaction();
        Set<String> sent = this.store.durable() ? sentTogether(ids, by) : Set.of();
        List<ReplayResult> results = new ArrayList<>();
        for (String id : ids) {
            if (sent.contains(id)) {
                results.add(ReplayResult.replayed(id));
            } else if (Thread.currentThread().isInterrupted()) {
                break;
            } else {
                ReplayResult result = tried(id, by);
                results.add(result);
                if (result.refused()) {
                    break;
                }
            }
        }
        return results;
    }

    /** Alone a message gains nothing from being sent together, and a refusal would be met twice. */
    private Set<String> sentTogether(List<String> ids, Intervention by) {
        Set<String> sent = (ids.size() > 1) ? this.replayer.replayMessages(ids, by) : null;
        this.replayed.add((sent != null) ? sent.size() : 0);
        return (sent != null) ? sent : Set.of();
    }

    /** An entry that is missing, or that nothing can send, does not end the replay of others. */
    private ReplayResult tried(String id, Intervention by) {
        try {
            return replayAndCount(id, by);
        } catch (ProblemException ex) {
            return new ReplayResult(
                    id, ReplayResult.Outcome.FAILED, ex.category(), ex.code(), Text.line(ex.getMessage()));
        }
    }

    @Override
    public ReplaySummary replay(DeadLetterFilter filter, int limit, Intervention by) {
        this.replayer.requireNoTransaction();
        ReplaySummary summary = new ReplayRun(this.store, (id) -> tried(id, by)).run(filter, requirePositive(limit));
        log.info(
                "Replay of a selection of dead letters by {}: {} replayed, {} failed, {} skipped{}",
                by.actor(),
                summary.replayed(),
                summary.failed(),
                summary.skipped(),
                (summary.stopped() != null) ? "; stopped early: " + summary.stopped() : "");
        return summary;
    }

    private ReplayResult replayAndCount(String id, Intervention by) {
        ReplayResult result = this.replayer.replay(id, by);
        switch (result.outcome()) {
            case REPLAYED -> this.replayed.increment();
            case FAILED -> this.replayFailed.increment();
            case SKIPPED -> {}
        }
        return result;
    }

    @Override
    public boolean discard(String id, Intervention by) {
        boolean closed = this.replayer.discard(id, by);
        if (closed) {
            this.discarded.increment();
            log.info("Dead letter {} discarded by {}: {}", id, by.actor(), by.reason());
        }
        return closed;
    }

    @Override
    public boolean park(String id, Intervention by) {
        boolean parked = this.store.claims().park(id, by);
        if (parked) {
            log.info("Dead letter {} parked by {}: {}", id, by.actor(), by.reason());
        }
        return parked;
    }

    @Override
    public boolean unpark(String id, Intervention by) {
        boolean taken = this.store.claims().unpark(id, by);
        if (taken) {
            log.info("Dead letter {} taken up again by {}: {}", id, by.actor(), by.reason());
        }
        return taken;
    }

    @Override
    public int discard(DeadLetterFilter filter, int limit, Intervention by) {
        return this.selections.discard(filter, requirePositive(limit), by);
    }

    @Override
    public int park(DeadLetterFilter filter, int limit, Intervention by) {
        return this.selections.park(filter, requirePositive(limit), by);
    }

    @Override
    public int unpark(DeadLetterFilter filter, int limit, Intervention by) {
        return this.selections.unpark(filter, requirePositive(limit), by);
    }

    @Override
    public int purge(DeadLetterFilter filter, int limit, Intervention by) {
        return this.selections.purge(filter, requirePositive(limit), by);
    }

    @Override
    public int deleteExpired(int limit) {
        return this.selections.deleteExpired(requirePositive(limit));
    }

    private static int requirePositive(int limit) {
        if (limit <= 0) {
            throw new IllegalArgumentException("'limit' must be positive, but is " + limit);
        }
        return limit;
    }

    @Override
    public boolean durable() {
        return this.store.durable();
    }

    @Override
    public long storedTotal() {
        return this.stored.sum();
    }

    @Override
    public long replayedTotal() {
        return this.replayed.sum();
    }

    @Override
    public long replayFailedTotal() {
        return this.replayFailed.sum();
    }

    @Override
    public long discardedTotal() {
        return this.discarded.sum();
    }

    private record CountAfterCommit(LongAdder counter) implements TransactionSynchronization {

        @Override
        public void afterCommit() {
            this.counter.increment();
        }
    }
}
