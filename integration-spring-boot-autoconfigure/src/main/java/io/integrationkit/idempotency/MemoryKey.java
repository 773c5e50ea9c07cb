package io.integrationkit.idempotency;

import io.integrationkit.idempotency.KeyStatus.Phase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the memory knows about a key; the two times are monotonic readings. */
record MemoryKey(
        Phase phase,
        String fingerprint,
        String owner,
        long epoch,
        long leaseUntil,
        long expiresAt,
        @Nullable StoredResult result,
        @Nullable String deadLetterId) {

    static MemoryKey claimed(ClaimToken token, String fingerprint, long leaseUntil, long expiresAt) {
        return new MemoryKey(
                Phase.IN_PROGRESS,
                fingerprint,
                token.owner(),
                token.epoch(),
                leaseUntil,
                expiresAt,
                null,
                token.deadLetterId());
    }

    KeyState at(long now) {
        return new KeyState(
                this.phase,
                this.fingerprint,
                this.owner,
                this.epoch,
                Duration.ofNanos(this.leaseUntil - now),
                Duration.ofNanos(this.expiresAt - now),
                this.result,
                this.deadLetterId);
    }

    KeyStatus status(IdempotencyKey key, long now) {
        return new KeyStatus(
                key,
                this.phase,
                this.epoch,
                Duration.ofNanos(this.leaseUntil - now),
                Duration.ofNanos(this.expiresAt - now),
                (this.result != null) ? this.result.kind() : null,
                this.deadLetterId);
    }

    /** Time for which it must be kept: a claim that is held outlives its retention. */
    long mustBeKeptFor(long now) {
        long remembered = this.expiresAt - now;
        return (this.phase == Phase.IN_PROGRESS) ? Math.max(remembered, this.leaseUntil - now) : remembered;
    }

    boolean heldBy(ClaimToken token) {
        return heldUnder(token.epoch()) && this.owner.equals(token.owner());
    }

    boolean heldUnder(long epoch) {
        return this.phase == Phase.IN_PROGRESS && this.epoch == epoch;
    }

    MemoryKey leasedUntil(long leaseUntil) {
        return new MemoryKey(
                this.phase,
                this.fingerprint,
                this.owner,
                this.epoch,
                leaseUntil,
                this.expiresAt,
                this.result,
                this.deadLetterId);
    }

    MemoryKey done(StoredResult result, long expiresAt) {
        return new MemoryKey(
                Phase.DONE,
                this.fingerprint,
                this.owner,
                this.epoch,
                this.leaseUntil,
                expiresAt,
                result,
                this.deadLetterId);
    }

    MemoryKey deadLettered(String entryId, long expiresAt) {
        return new MemoryKey(
                Phase.DEAD_LETTERED,
                this.fingerprint,
                this.owner,
                this.epoch,
                this.leaseUntil,
                expiresAt,
                null,
                entryId);
    }

    /** The key without its holder; {@code null} if nothing is left to remember. */
    @Nullable
    MemoryKey freed() {
        return (this.deadLetterId != null) ? deadLettered(this.deadLetterId, this.expiresAt) : null;
    }
}
