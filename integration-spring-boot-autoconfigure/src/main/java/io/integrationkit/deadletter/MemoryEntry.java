package io.integrationkit.deadletter;

import io.integrationkit.deadletter.DeadLetter.Status;
import org.jspecify.annotations.Nullable;

/** One entry of {@link MemoryDeadLetterStore}, which guards it. */
final class MemoryEntry {

    private final long position;

    private DeadLetter letter;

    private Content content;

    private long revision;

    private long epoch;

    private long leaseUntil;

    MemoryEntry(long position, GivenUp givenUp) {
        this.position = position;
        LastFailure failure = givenUp.failure();
        this.content = givenUp.content();
        this.letter = new DeadLetter(
                givenUp.id(),
                givenUp.kind(),
                givenUp.name(),
                givenUp.key(),
                (givenUp.content() instanceof Content.OfMessage message) ? message.messageId() : null,
                eventType(givenUp.content()),
                failure.category(),
                failure.exceptionType(),
                failure.message(),
                failure.fingerprint(),
                failure.attempts(),
                failure.at(),
                failure.at(),
                failure.correlationId(),
                Status.NEW,
                0,
                null);
    }

    long position() {
        return this.position;
    }

    DeadLetter letter() {
        return this.letter;
    }

    boolean closed() {
        return this.letter.status() == Status.RESOLVED || this.letter.status() == Status.DISCARDED;
    }

    boolean claimable(long now) {
        return this.letter.status() == Status.NEW
                || (this.letter.status() == Status.REPLAYING && this.leaseUntil - now < 0);
    }

    boolean heldBy(Claim claim) {
        return this.letter.status() == Status.REPLAYING && this.epoch == claim.epoch();
    }

    Claim claim(String owner, long until) {
        this.epoch++;
        this.leaseUntil = until;
        become(Status.REPLAYING, this.letter.replays(), this.letter.note());
        return new Claim(this.letter, this.content, owner, this.epoch, this.revision);
    }

    void storeAgain(GivenUp givenUp) {
        this.revision++;
        this.content = givenUp.content();
        change(
                givenUp.key(),
                givenUp.failure(),
                this.letter.status() == Status.REPLAYING ? Status.REPLAYING : Status.NEW,
                this.letter.replays(),
                this.letter.note());
    }

    void fail(LastFailure failure) {
        change(this.letter.key(), failure, this.letter.status(), this.letter.replays(), this.letter.note());
    }

    void resolve(Claim claim) {
        become(this.revision == claim.revision() ? Status.RESOLVED : Status.NEW, this.letter.replays() + 1, null);
    }

    void reopen(String note) {
        become(Status.NEW, this.letter.replays() + 1, note);
    }

    void discard(String reason) {
        this.epoch++;
        become(Status.DISCARDED, this.letter.replays(), reason);
    }

    private void become(Status status, int replays, @Nullable String note) {
        change(this.letter.key(), null, status, replays, note);
    }

    private void change(
            @Nullable String key, @Nullable LastFailure failure, Status status, int replays, @Nullable String note) {
        DeadLetter old = this.letter;
        this.letter = new DeadLetter(
                old.id(),
                old.kind(),
                old.name(),
                key,
                old.messageId(),
                eventType(this.content),
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
                note);
    }

    private static @Nullable String eventType(Content content) {
        return (content instanceof Content.OfMessage message) ? message.eventType() : null;
    }
}
