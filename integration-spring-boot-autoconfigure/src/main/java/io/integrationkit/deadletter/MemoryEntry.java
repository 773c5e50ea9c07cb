package io.integrationkit.deadletter;

import io.integrationkit.call.Compensation;
import io.integrationkit.deadletter.DeadLetter.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One entry of {@link MemoryDeadLetterStore}, which guards it. */
final class MemoryEntry {

    private DeadLetter letter;

    private Content content;

    private long revision;

    private long epoch;

    private long leaseUntil;

    private final List<DeadLetterChange> history = new ArrayList<>();

    MemoryEntry(long position, GivenUp givenUp) {
        LastFailure failure = givenUp.failure();
        this.content = givenUp.content();
        this.letter = new DeadLetter(
                position,
                givenUp.id(),
                givenUp.kind(),
                givenUp.name(),
                givenUp.key(),
                (givenUp.content() instanceof Content.OfMessage message) ? message.messageId() : null,
                eventType(givenUp.content()),
                eventVersion(givenUp.content()),
                givenUp.tenant(),
                failure.category(),
                failure.exceptionType(),
                failure.message(),
                failure.fingerprint(),
                failure.attempts(),
                failure.at(),
                failure.at(),
                failure.correlationId(),
                givenUp.status(),
                0,
                givenUp.compensation(),
                null,
                null);
    }

    long position() {
        return this.letter.position();
    }

    DeadLetter letter() {
        return this.letter;
    }

    StoredEntry stored() {
        return new StoredEntry(this.letter, this.content);
    }

    OpenDeadLetter open() {
        DeadLetter letter = letter();
        return new OpenDeadLetter(position(), letter.id(), letter.kind(), letter.name(), letter.key());
    }

    boolean closed() {
        return this.letter.status() == Status.RESOLVED || this.letter.status() == Status.DISCARDED;
    }

    boolean claimable(long now) {
        return this.letter.status() == Status.PARKED || selectable(now);
    }

    /** Whether a selection takes it that does not ask for what is parked. */
    boolean selectable(long now) {
        return this.letter.status() == Status.NEW
                || (this.letter.status() == Status.REPLAYING && this.leaseUntil - now < 0);
    }

    List<DeadLetterChange> history() {
        return List.copyOf(this.history);
    }

    void note(Instant at, DeadLetterChange.Action action, String actor, @Nullable String reason) {
        this.history.add(new DeadLetterChange(at, action, actor, reason));
    }

    boolean heldBy(Claim claim) {
        return this.letter.status() == Status.REPLAYING && this.epoch == claim.epoch();
    }

    Claim claim(String owner, long until) {
        this.epoch++;
        this.leaseUntil = until;
        become(Status.REPLAYING, this.letter.replays(), null, this.letter.note());
        return new Claim(this.letter, this.content, owner, this.epoch, this.revision);
    }

    void storeAgain(GivenUp givenUp) {
        this.revision++;
        this.content = givenUp.content();
        Status status = this.letter.status();
        boolean stays = status == Status.REPLAYING || status == Status.PARKED;
        change(
                givenUp.key(),
                givenUp.tenant(),
                givenUp.compensation(),
                givenUp.failure(),
                stays ? status : givenUp.status(),
                this.letter.replays(),
                null,
                this.letter.note());
    }

    void fail(LastFailure failure) {
        DeadLetter now = this.letter;
        change(
                now.key(),
                now.tenant(),
                now.compensation(),
                failure,
                now.status(),
                now.replays(),
                now.closedAt(),
                now.note());
    }

    void resolve(Claim claim, Instant at) {
        boolean done = this.revision == claim.revision();
        become(done ? Status.RESOLVED : Status.NEW, this.letter.replays() + 1, done ? at : null, null);
    }

    void reopen(String note) {
        become(Status.NEW, this.letter.replays() + 1, null, note);
    }

    void discard(String reason, Instant at) {
        this.epoch++;
        become(Status.DISCARDED, this.letter.replays(), at, reason);
    }

    void park(String reason) {
        this.epoch++;
        become(Status.PARKED, this.letter.replays(), null, reason);
    }

    void unpark(String reason) {
        become(Status.NEW, this.letter.replays(), null, reason);
    }

    private void become(Status status, int replays, @Nullable Instant closedAt, @Nullable String note) {
        DeadLetter now = this.letter;
        change(now.key(), now.tenant(), now.compensation(), null, status, replays, closedAt, note);
    }

    private void change(
            @Nullable String key,
            @Nullable String tenant,
            Compensation compensation,
            @Nullable LastFailure failure,
            Status status,
            int replays,
            @Nullable Instant closedAt,
            @Nullable String note) {
        DeadLetter old = this.letter;
        this.letter = new DeadLetter(
                old.position(),
                old.id(),
                old.kind(),
                old.name(),
                key,
                old.messageId(),
                eventType(this.content),
                eventVersion(this.content),
                tenant,
                (failure != null) ? failure.category() : old.category(),
                (failure != null) ? failure.exceptionType() : old.exceptionType(),
                (failure != null) ? failure.message() : old.message(),
                (failure != null) ? failure.fingerprint() : old.fingerprint(),
                (failure != null) ? old.attempts() + failure.attempts() : old.attempts(),
                old.firstFailedAt(),
                (failure != null) ? failure.at() : old.lastFailedAt(),
                (failure != null) ? failure.correlationId() : old.correlationId(),
                status,
                replays,
                compensation,
                closedAt,
                note);
    }

    private static @Nullable String eventType(Content content) {
        return (content instanceof Content.OfMessage message) ? message.eventType() : null;
    }

    private static @Nullable Integer eventVersion(Content content) {
        return (content instanceof Content.OfMessage message) ? message.eventVersion() : null;
    }
}
