package io.integrationkit.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows about a key that exists, at the time of the question. Every engine asks {@link #answer} and so
 * decides the same.
 *
 * <p>A key is IN_PROGRESS while its holder works, then DONE with a result, or DEAD_LETTERED. A crash of the holder
 * leaves it IN_PROGRESS until the lease ends; then the next call takes it over under the next epoch. The replay of a
 * dead letter takes over the key DEAD_LETTERED with its own entry, and keeps the entry noted while it works: if it dies,
 * the key still belongs to that entry. Once DONE, a key is never worked on again until it is forgotten.
 *
 * @param state state of the key
 * @param fingerprint fingerprint of the call that claimed it first
 * @param owner its last holder
 * @param epoch epoch of its last holder
 * @param leaseLeft time left of the lease; not positive once it is over
 * @param forgotten whether the time to remember it is over
 * @param result its result, if it is done
 * @param deadLetterId the dead letter it belongs to, or {@code null}
 */
record KeyState(
        State state,
        String fingerprint,
        String owner,
        long epoch,
        Duration leaseLeft,
        boolean forgotten,
        @Nullable StoredResult result,
        @Nullable String deadLetterId) {

    /** State of a key. */
    enum State {
        IN_PROGRESS,
        DONE,
        DEAD_LETTERED
    }

    /** The answer to a call, or {@code null} if it may take the key over. */
    @Nullable
    Claim answer(ClaimRequest request) {
        boolean held = this.state == State.IN_PROGRESS && isPositive(this.leaseLeft);
        if (this.forgotten && !held) {
            return null;
        }
        boolean ownReplay = this.deadLetterId != null && this.deadLetterId.equals(request.replayOf());
        // The arguments of a replay were written and read again; its entry says better than they whose key it is.
        if (!ownReplay && !this.fingerprint.equals(request.fingerprint())) {
            return new Claim.Reused();
        }
        if (this.result != null) {
            return new Claim.Done(this.result);
        }
        if (held) {
            return new Claim.InProgress(this.leaseLeft);
        }
        return (this.deadLetterId == null || ownReplay) ? null : new Claim.DeadLettered(this.deadLetterId);
    }

    /** The claim of a call that takes the key over. */
    ClaimToken takenOverBy(ClaimRequest request) {
        return new ClaimToken(
                request.key(), request.owner(), this.epoch + 1, this.forgotten ? null : this.deadLetterId);
    }

    /** The fingerprint that stays with the key when a call takes it over. */
    String fingerprintFor(ClaimRequest request) {
        return this.forgotten ? request.fingerprint() : this.fingerprint;
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isZero() && !duration.isNegative();
    }
}
