package io.integrationkit.idempotency;

import io.integrationkit.idempotency.KeyStatus.Phase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows about a key that exists, at the time of the question. Every engine asks {@link #answer} and so
 * decides the same.
 *
 * <p>A key is IN_PROGRESS while its holder works, then DONE with a result, or DEAD_LETTERED. A crash of the holder
 * leaves it IN_PROGRESS until the lease ends; then the next call takes it over under a higher epoch, or is told that the
 * outcome is unknown. The replay of a
 * dead letter takes over the key DEAD_LETTERED with its own entry, and keeps the entry noted while it works: if it dies,
 * the key still belongs to that entry. Once DONE, a key is never worked on again until it is forgotten.
 *
 * @param phase what became of the key
 * @param fingerprint fingerprint of the call that claimed it first
 * @param owner its last holder
 * @param epoch epoch of its last holder
 * @param leaseLeft time left of the lease; not positive once it is over
 * @param remembered for how much longer it is remembered; not positive once it may be forgotten
 * @param result its result, if it is done
 * @param deadLetterId the dead letter it belongs to, or {@code null}
 */
record KeyState(
        Phase phase,
        String fingerprint,
        String owner,
        long epoch,
        Duration leaseLeft,
        Duration remembered,
        @Nullable StoredResult result,
        @Nullable String deadLetterId) {

    /** The answer to a call, or {@code null} if it may take the key over. */
    @Nullable
    Claim answer(ClaimRequest request) {
        boolean held = this.phase == Phase.IN_PROGRESS && isPositive(this.leaseLeft);
        if (forgotten() && !held) {
            return null;
        }
        boolean ownReplay = this.deadLetterId != null && this.deadLetterId.equals(request.replayOf());
        // The arguments of a replay were written and read again; its entry says better than they whose key it is.
        if (!ownReplay && !this.fingerprint.equals(request.fingerprint())) {
            return new Claim.Reused();
        }
        if (this.result != null) {
            return new Claim.Done(this.result, this.remembered);
        }
        if (held) {
            return new Claim.InProgress(this.leaseLeft);
        }
        if (this.deadLetterId != null && !ownReplay) {
            return new Claim.DeadLettered(this.deadLetterId);
        }
        return (lapsed() && !request.takesOver()) ? new Claim.OutcomeUnknown(this.epoch) : null;
    }

    /** Whether the last holder of a key that may be taken over never ended its claim. */
    boolean lapsed() {
        return this.phase == Phase.IN_PROGRESS && !forgotten();
    }

    private boolean forgotten() {
        return !isPositive(this.remembered);
    }

    /** The claim of a call that takes the key over. */
    ClaimToken takenOverBy(ClaimRequest request, long nowMicros) {
        return new ClaimToken(
                request.key(),
                request.owner(),
                Math.max(this.epoch + 1, nowMicros),
                forgotten() ? null : this.deadLetterId);
    }

    /** The fingerprint that stays with the key when a call takes it over. */
    String fingerprintFor(ClaimRequest request) {
        return forgotten() ? request.fingerprint() : this.fingerprint;
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isZero() && !duration.isNegative();
    }
}
