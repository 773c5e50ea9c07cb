package io.integrationkit.deadletter;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.Replay;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.Redaction;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Replays one entry, in three steps of which each commits before the next begins.
 *
 * <ol>
 *   <li><b>Claim</b>: {@code NEW} becomes {@code REPLAYING}, with a new epoch and a lease on the store's clock. Of two
 *       who try, one changes the row and the other finds it changed. A crash after this leaves {@code REPLAYING}; once
 *       the lease is over anybody may claim it again, with the next epoch.
 *   <li><b>Act</b>: no transaction and no connection of ours is held. A crash in here leaves the outcome unknown; the
 *       entry is replayed again after the lease, and the operation's own idempotency key keeps the effect from
 *       happening twice.
 *   <li><b>End</b>: {@code RESOLVED}, or {@code NEW} with what was met. The write names the epoch: one who lost the
 *       lease while acting changes nothing, whatever it brings. An entry that was stored again while it was replayed
 *       goes back to {@code NEW}: the later failure is not covered by this success.
 * </ol>
 *
 * <p>A failure while an entry is acted on leaves it NEW, also one that was PARKED: who replays it has taken it up.
 *
 * <p>A message is acted on inside the transaction that ends its replay: it is owed to its destination exactly if the
 * entry is resolved, so a crash there leaves either both or neither.
 */
final class DeadLetterReplayer {

    private static final Logger logger = LoggerFactory.getLogger(DeadLetterReplayer.class);

    private final DeadLetterStore store;

    private final DeadLetterClaims claims;

    private final CallReplayer calls;

    private final Supplier<@Nullable MessageReplayer> messages;

    private final FailureClassification classification;

    private final TimeSource time;

    private final Duration lease;

    private final Redaction redaction;

    private final String owner = UUID.randomUUID().toString();

    DeadLetterReplayer(
            DeadLetterStore store,
            CallReplayer calls,
            Supplier<@Nullable MessageReplayer> messages,
            FailureClassification classification,
            TimeSource time,
            Duration lease,
            Redaction redaction) {
        this.store = store;
        this.claims = store.claims();
        this.calls = calls;
        this.messages = messages;
        this.classification = classification;
        this.time = time;
        this.lease = lease;
        this.redaction = redaction;
    }

    /** Replays an entry on this thread; what the call or message meets is a result, not an exception. */
    ReplayResult replay(String id, Intervention by) {
        requireNoTransaction();
        DeadLetter letter = find(id);
        MessageReplayer sender = (letter.kind() == DeadLetter.Kind.MESSAGE) ? sender(letter) : null;
        Claim claim = this.claims.claim(id, this.owner, this.lease);
        if (claim == null) {
            return skipped(find(id));
        }
        if (claim.content() instanceof Content.OfMessage && sender != null) {
            return replayMessage(claim, sender, by);
        }
        return replayCall(claim, (Content.OfCall) claim.content(), by);
    }

    /**
     * Sends messages again, all in one transaction, which also resolves their entries.
     *
     * @return ids of the entries that are resolved; {@code null} if one of them was refused, and so nothing was done
     */
    @Nullable
    Set<String> replayMessages(List<String> ids, Intervention by) {
        requireNoTransaction();
        MessageReplayer sender = this.messages.get();
        if (sender == null) {
            return null;
        }
        try {
            return Set.copyOf(this.claims.resolveMessages(
                    ids,
                    by,
                    (claims) -> sender.replayAll(
                            claims.stream().map(DeadLetterReplayer::message).toList())));
        } catch (RuntimeException ex) {
            logger.debug(
                    "A batch of {} messages is replayed one by one, since one was refused",
                    ids.size(),
                    this.redaction.of(ex));
            return null;
        }
    }

    /** What would keep an entry from being replayed, as far as it can be told without doing it; null for nothing. */
    @Nullable
    ReplayResult obstacle(String id) {
        StoredEntry entry = this.store.read(id).orElseThrow(() -> notFound(id));
        DeadLetter letter = entry.letter();
        Content content = entry.content();
        if (content == null) {
            return new ReplayResult(
                    id,
                    ReplayResult.Outcome.FAILED,
                    FailureCategory.PERMANENT,
                    ProblemCode.DEAD_LETTER_CIPHER,
                    "the content of dead letter %s cannot be decrypted".formatted(id));
        }
        try {
            if (content instanceof Content.OfCall call) {
                this.calls.check(letter.name(), call.arguments());
            } else {
                sender(letter).check(message(letter, (Content.OfMessage) content));
            }
            return null;
        } catch (RuntimeException ex) {
            ProblemException problem = (ex instanceof ProblemException known) ? known : null;
            return new ReplayResult(
                    id,
                    ReplayResult.Outcome.FAILED,
                    this.classification.classify(ex).category(),
                    (problem != null) ? problem.code() : null,
                    Text.line((problem != null) ? ex.getMessage() : FailureText.of(ex, this.redaction)));
        }
    }

    /** Closes an entry without doing it, and tells who sent its message. */
    boolean discard(String id, Intervention by) {
        return this.claims.discard(id, by, this::tellDiscarded);
    }

    /** Closes those of the entries that are open, in one transaction, and tells who sent their messages. */
    int discardAll(List<String> ids, Intervention by) {
        return this.claims.discardAll(ids, by, this::tellDiscarded);
    }

    private void tellDiscarded(DeadLetter letter) {
        MessageReplayer sender = (letter.kind() == DeadLetter.Kind.MESSAGE) ? this.messages.get() : null;
        String messageId = letter.messageId();
        if (sender != null && messageId != null) {
            sender.discarded(letter.name(), letter.key(), messageId);
        }
    }

    /** Refuses an active transaction: its rollback would undo what a replay did after the entry was resolved. */
    void requireNoTransaction() {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw notReplayable(
                    "dead letters are not replayed inside a transaction: its rollback would undo what the replay did; call replay() outside of it");
        }
    }

    private DeadLetter find(String id) {
        return this.store.find(id).orElseThrow(() -> notFound(id));
    }

    static ProblemException notFound(String id) {
        return new ProblemException(
                ProblemCode.DEAD_LETTER_NOT_FOUND,
                FailureCategory.VALIDATION,
                "there is no dead letter " + Text.line(id));
    }

    private MessageReplayer sender(DeadLetter letter) {
        MessageReplayer sender = this.messages.get();
        if (sender == null) {
            throw notReplayable(
                    "dead letter %s is a message to '%s' and nothing here can send it: configure the outbox, or define a bean of type %s"
                            .formatted(letter.id(), letter.name(), MessageReplayer.class.getName()));
        }
        return sender;
    }

    private static ProblemException notReplayable(String message) {
        return new ProblemException(ProblemCode.DEAD_LETTER_NOT_REPLAYABLE, FailureCategory.PERMANENT, message);
    }

    private static ReplayResult skipped(DeadLetter letter) {
        return new ReplayResult(
                letter.id(),
                ReplayResult.Outcome.SKIPPED,
                null,
                ProblemCode.DEAD_LETTER_NOT_REPLAYABLE,
                "dead letter %s was not replayed: it is %s".formatted(letter.id(), letter.status()));
    }

    private static ReplayedMessage message(Claim claim) {
        return message(claim.letter(), (Content.OfMessage) claim.content());
    }

    private static ReplayedMessage message(DeadLetter letter, Content.OfMessage content) {
        return new ReplayedMessage(
                letter.name(),
                letter.key(),
                content.messageId(),
                content.eventType(),
                content.eventVersion(),
                content.contentType(),
                content.headers(),
                content.payload());
    }

    private ReplayResult replayMessage(Claim claim, MessageReplayer sender, Intervention by) {
        ReplayedMessage message = message(claim);
        try (Scope correlation = Correlation.open(claim.letter().correlationId())) {
            return this.claims.resolve(claim, by, () -> sender.replay(message)) ? replayed(claim) : claimLost(claim);
        } catch (RuntimeException ex) {
            return failed(claim, ex, by);
        }
    }

    private ReplayResult replayCall(Claim claim, Content.OfCall content, Intervention by) {
        Replay replay = Replay.of(
                claim.letter().id(), claim.letter().name(), claim.letter().key());
        Throwable failure = call(claim.letter(), content, replay);
        // The end must be written even if the call was asked to stop: a pool refuses an interrupted thread.
        boolean interrupted = Thread.interrupted() || failure instanceof InterruptedException;
        try {
            return end(claim, replay, failure, by);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private @Nullable Throwable call(DeadLetter letter, Content.OfCall content, Replay replay) {
        try (Scope correlation = Correlation.open(letter.correlationId());
                Scope replaying = replay.open()) {
            if (this.calls.replay(letter.name(), content.arguments()) instanceof CompletionStage<?> stage) {
                stage.toCompletableFuture().get(this.lease.toNanos(), TimeUnit.NANOSECONDS);
            }
            return null;
        } catch (ExecutionException ex) {
            return (ex.getCause() != null) ? ex.getCause() : ex;
        } catch (Throwable ex) {
            return ex;
        }
    }

    private ReplayResult end(Claim claim, Replay replay, @Nullable Throwable failure, Intervention by) {
        if (replay.deadLetteredAgain()) {
            return givenUpAgain(claim, by);
        }
        if (failure == null) {
            return this.claims.resolve(claim, by, () -> {}) ? replayed(claim) : claimLost(claim);
        }
        ReplayResult result = failed(claim, failure, by);
        if (failure instanceof VirtualMachineError error) {
            throw error;
        }
        return result;
    }

    /** The store updated the entry when the call was given up, so only its end is left to write. */
    private ReplayResult givenUpAgain(Claim claim, Intervention by) {
        DeadLetter letter = find(claim.letter().id());
        String detail = Text.line("given up again: " + letter.exceptionType() + ": " + letter.message());
        return this.claims.reopen(claim, null, detail, by)
                ? new ReplayResult(letter.id(), ReplayResult.Outcome.FAILED, letter.category(), null, detail)
                : claimLost(claim);
    }

    private ReplayResult failed(Claim claim, Throwable failure, Intervention by) {
        DeadLetter letter = claim.letter();
        FailureCategory category = this.classification.classify(failure).category();
        ProblemCode code = (failure instanceof ProblemException problem) ? problem.code() : null;
        String text = FailureText.of(failure, this.redaction);
        String detail = Text.line((code != null) ? text : failure.getClass().getName() + ": " + text);
        LastFailure met = calleeWasAsked(category, code)
                ? LastFailure.of(failure, category, 1, this.time.now(), letter.correlationId(), this.redaction)
                : null;
        return this.claims.reopen(claim, met, detail, by)
                ? new ReplayResult(letter.id(), ReplayResult.Outcome.FAILED, category, code, detail)
                : claimLost(claim);
    }

    /** Where the callee was not asked, the failure that brought the entry here is still the one to mend. */
    private static boolean calleeWasAsked(FailureCategory category, @Nullable ProblemCode code) {
        return category != FailureCategory.REJECTED
                && code != ProblemCode.OPERATION_UNKNOWN
                && code != ProblemCode.DESTINATION_UNKNOWN
                && code != ProblemCode.ARGUMENTS_NOT_SERIALIZABLE;
    }

    private static ReplayResult replayed(Claim claim) {
        return ReplayResult.replayed(claim.letter().id());
    }

    private ReplayResult claimLost(Claim claim) {
        return new ReplayResult(
                claim.letter().id(),
                ReplayResult.Outcome.FAILED,
                FailureCategory.TEMPORARY,
                ProblemCode.FENCE_LOST,
                "the replay of dead letter %s took longer than integration.dead-letters.replay-lease=%s and was taken over; nothing was changed"
                        .formatted(claim.letter().id(), this.lease));
    }
}
