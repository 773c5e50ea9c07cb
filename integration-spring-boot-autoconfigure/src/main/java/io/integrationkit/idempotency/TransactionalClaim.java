package io.integrationkit.idempotency;

import org.jspecify.annotations.Nullable;

/** What the stages on both sides of the transaction advice tell each other about the key of a call. */
final class TransactionalClaim {

    private final HeldKey held;

    private @Nullable StoredResult result;

    private boolean replayed;

    private boolean answered;

    TransactionalClaim(HeldKey held) {
        this.held = held;
    }

    HeldKey held() {
        return this.held;
    }

    /** Notes that the key has given an answer; whether it is the first one to this call. */
    boolean answered() {
        boolean first = !this.answered;
        this.answered = true;
        return first;
    }

    /** Notes what was written with the effect, or read instead of it; counts once the transaction has committed. */
    void ended(StoredResult stored, boolean wasThere) {
        this.result = stored;
        this.replayed = wasThere;
    }

    /** Forgets what an attempt wrote whose transaction did not commit. */
    void begin() {
        this.result = null;
        this.replayed = false;
    }

    @Nullable
    StoredResult result() {
        return this.result;
    }

    boolean replayed() {
        return this.replayed;
    }
}
