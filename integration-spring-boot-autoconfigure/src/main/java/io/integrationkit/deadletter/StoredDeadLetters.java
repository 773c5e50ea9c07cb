package io.integrationkit.deadletter;

import io.integrationkit.call.GivenUpCall;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Replay;
import io.integrationkit.context.TimeSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
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

    private final LongAdder stored = new LongAdder();

    private final LongAdder replayed = new LongAdder();

    private final LongAdder replayFailed = new LongAdder();

    private final LongAdder discarded = new LongAdder();

    StoredDeadLetters(DeadLetterStore store, DeadLetterReplayer replayer, TimeSource time) {
        this.store = store;
        this.replayer = replayer;
        this.time = time;
    }

    @Override
    public String store(GivenUpCall call) {
        LastFailure failure = LastFailure.of(
                call.cause(), call.failure().category(), call.attempts(), this.time.now(), Correlation.current());
        GivenUp givenUp = GivenUp.call(call, failure);
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
                correlationOf(message.headers()));
        GivenUp givenUp = GivenUp.message(message, failure);
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
    public List<DeadLetter> list(DeadLetterFilter filter, @Nullable String afterId, int limit) {
        return this.store.list(filter, afterId, requirePositive(limit));
    }

    @Override
    public long count(DeadLetterFilter filter) {
        return this.store.count(filter);
    }

    @Override
    public ReplayResult replay(String id) {
        ReplayResult result = replayAndCount(id);
        log.info("Replay of dead letter {}: {}", result.id(), result.outcome());
        return result;
    }

    @Override
    public ReplaySummary replay(DeadLetterFilter filter, int limit) {
        this.replayer.requireNoTransaction();
        ReplaySummary summary = new ReplayRun(this.store, this::replayAndCount).run(filter, requirePositive(limit));
        log.info(
                "Replay of a selection of dead letters: {} replayed, {} failed, {} skipped{}",
                summary.replayed(),
                summary.failed(),
                summary.skipped(),
                (summary.stopped() != null) ? "; stopped early: " + summary.stopped() : "");
        return summary;
    }

    private ReplayResult replayAndCount(String id) {
        ReplayResult result = this.replayer.replay(id);
        switch (result.outcome()) {
            case REPLAYED -> this.replayed.increment();
            case FAILED -> this.replayFailed.increment();
            case SKIPPED -> {}
        }
        return result;
    }

    @Override
    public boolean discard(String id, String reason) {
        String note = Text.line(reason);
        boolean closed = this.replayer.discard(id, note);
        if (closed) {
            this.discarded.increment();
            log.info("Dead letter {} discarded: {}", id, note);
        }
        return closed;
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
