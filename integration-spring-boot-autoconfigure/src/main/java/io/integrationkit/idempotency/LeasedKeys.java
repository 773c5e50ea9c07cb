package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.context.Replay;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Claims keys of one operation with a lease, waits where a call elsewhere holds one, and ends claims. */
final class LeasedKeys {

    private final ClaimPolicy policy;

    private final IdempotencyStore store;

    private final Supplier<String> owners;

    private final LeaseRenewal renewal;

    LeasedKeys(ClaimPolicy policy, IdempotencyStore store, Supplier<String> owners, LeaseRenewal renewal) {
        this.policy = policy;
        this.store = store;
        this.owners = owners;
        this.renewal = renewal;
    }

    ClaimRequest request(HeldKey held) {
        Replay replay = Replay.current();
        return new ClaimRequest(
                held.hashed(),
                held.fingerprint().hash(),
                this.owners.get(),
                this.policy.spec().lease(),
                this.policy.spec().ttl(),
                this.policy.takesOver(),
                (replay != null) ? replay.entryId() : null);
    }

    /** Claims a key; any answer but that it is in progress, which is waited for and then refused. */
    Claim claim(Call call, HeldKey held, KeyQueue queue, WaitBudget budget) {
        ClaimRequest request = request(held);
        Claim claim = this.store.claim(request);
        if (!(claim instanceof Claim.InProgress inProgress)) {
            return claim;
        }
        if (this.policy.onConcurrent() == OnConcurrent.REJECT || budget.isOver()) {
            throw queue.refused(call, inProgress.remaining());
        }
        long before = budget.spent();
        try {
            return claimLater(call, request, inProgress, queue, budget);
        } finally {
            queue.sums().waited(budget.spent() - before);
        }
    }

    private Claim claimLater(
            Call call, ClaimRequest request, Claim.InProgress first, KeyQueue queue, WaitBudget budget) {
        Claim.InProgress last = first;
        while (budget.pause()) {
            Claim claim = this.store.claim(request);
            if (!(claim instanceof Claim.InProgress inProgress)) {
                return claim;
            }
            last = inProgress;
        }
        throw queue.refused(call, last.remaining());
    }

    /** Claims a key without waiting for it. */
    Claim claim(HeldKey held) {
        return this.store.claim(request(held));
    }

    /** Asks once, without waiting and without an intention to do the work. */
    @Nullable
    Claim look(HeldKey held) {
        Claim claim = this.store.claim(request(held));
        if (claim instanceof Claim.Granted granted) {
            if (granted.lapsed()) {
                this.store.extend(granted.token(), Duration.ZERO);
            } else {
                this.store.release(granted.token());
            }
            return null;
        }
        return claim;
    }

    LeaseRenewal.Held renewed(ClaimToken token, Runnable given, KeySums sums) {
        IdempotencySpec spec = this.policy.spec();
        return this.renewal.begin(token, spec.lease(), spec.maxLease(), given, sums);
    }

    boolean complete(ClaimToken token, StoredResult result) {
        return this.store.complete(token, result, this.policy.spec().ttl());
    }

    boolean deadLetter(ClaimToken token, String entryId) {
        return this.store.deadLetter(token, entryId, this.policy.spec().ttl());
    }

    boolean release(ClaimToken token) {
        return this.store.release(token);
    }

    /** Leaves a key as that of a call that never told how it ended. */
    boolean abandon(ClaimToken token) {
        return this.store.extend(token, Duration.ZERO);
    }

    Duration ttl() {
        return this.policy.spec().ttl();
    }
}
