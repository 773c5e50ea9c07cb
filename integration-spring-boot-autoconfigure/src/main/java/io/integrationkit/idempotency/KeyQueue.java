package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.context.Replay;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.idempotency.CompletedCalls.Completed;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What calls of one operation do before they ask the store: look for a result that is known here, and let one call of
 * each key of this process go on while the others wait.
 */
final class KeyQueue {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final ClaimPolicy policy;

    private final CallContent content;

    private final SingleFlight flights;

    private final CompletedCalls completed;

    private final TimeSource time;

    private final Told told;

    private final KeySums sums;

    KeyQueue(
            ClaimPolicy policy,
            CallContent content,
            SingleFlight flights,
            CompletedCalls completed,
            TimeSource time,
            Told told,
            KeySums sums) {
        this.policy = policy;
        this.content = content;
        this.flights = flights;
        this.completed = completed;
        this.time = time;
        this.told = told;
        this.sums = sums;
    }

    /** Answer of the queue to a call. */
    sealed interface Turn {

        /** It is this call's turn to ask the store; it has to {@link #leave} the queue. */
        record First(HeldKey held) implements Turn {}

        /** The result is known. */
        record Known(Completed completed) implements Turn {}

        /** The key belongs to a call with other arguments. */
        record Reused() implements Turn {}
    }

    /**
     * Looks for a result that is known, by what costs least.
     *
     * @return {@code null} if the queue has to be entered
     */
    @Nullable
    Turn glance(Call call, CallKey key) {
        if (Replay.current() != null) {
            // Its arguments were written and read again: only the store tells by the entry whose key it is.
            return null;
        }
        Completed known = this.completed.find(key, call.nanoTime());
        if (known == null) {
            return null;
        }
        if (known.arguments() != null && Arrays.equals(known.arguments(), call.arguments())) {
            return new Turn.Known(known);
        }
        return of(known, this.content.fingerprint(call));
    }

    private static Turn of(Completed known, Fingerprint fingerprint) {
        return known.fingerprint().hash().equals(fingerprint.hash()) ? new Turn.Known(known) : new Turn.Reused();
    }

    /** Waits for the turn of a call. */
    Turn enter(Call call, CallKey key, WaitBudget budget) {
        boolean replayed = Replay.current() != null;
        Fingerprint fingerprint = this.content.fingerprint(call);
        HeldKey held = new HeldKey(key, key.hashed(), fingerprint, new SingleFlight.Flight(fingerprint.hash()));
        while (true) {
            SingleFlight.Flight other = this.flights.enter(held.hashed(), held.flight());
            Completed known = replayed ? null : this.completed.find(key, this.time.nanoTime());
            if (known != null) {
                if (other == null) {
                    leave(held);
                }
                return of(known, fingerprint);
            }
            if (other == null) {
                return new Turn.First(held);
            }
            if (!replayed && !other.fingerprint().equals(fingerprint.hash())) {
                return new Turn.Reused();
            }
            if (this.policy.onConcurrent() == OnConcurrent.REJECT || !await(budget, other)) {
                throw refused(call, SOON);
            }
        }
    }

    private boolean await(WaitBudget budget, SingleFlight.Flight other) {
        if (budget.isOver()) {
            return budget.await(this.flights, other);
        }
        long before = budget.spent();
        try {
            return budget.await(this.flights, other);
        } finally {
            this.sums.waited(budget.spent() - before);
        }
    }

    void leave(HeldKey held) {
        this.flights.leave(held.hashed(), held.flight());
    }

    /** Keeps what is committed, for the next calls. */
    void keep(Call call, HeldKey held, StoredResult result, Duration remembered) {
        keep(held, argumentsOf(call), result, null, false, remembered);
    }

    /** The arguments of a call, if they tell its content for as long as they are kept. */
    @Nullable
    Object @Nullable [] argumentsOf(Call call) {
        return (this.completed.isEnabled() && this.content.toldByArguments())
                ? call.arguments().clone()
                : null;
    }

    void keep(
            HeldKey held,
            @Nullable Object @Nullable [] arguments,
            StoredResult result,
            @Nullable Object value,
            boolean known,
            Duration remembered) {
        if (this.completed.isEnabled()) {
            long forgetAt = Completed.end(this.time.nanoTime(), remembered);
            this.completed.keep(
                    held.key(), new Completed(held.fingerprint(), arguments, result, value, known, forgetAt));
        }
    }

    /** How long the database may let a call wait for another one with its key. */
    Duration longestWait(WaitBudget budget) {
        return (this.policy.onConcurrent() == OnConcurrent.REJECT) ? Duration.ZERO : budget.left();
    }

    WaitBudget budget() {
        return new WaitBudget(this.time, this.policy.spec().maxWait());
    }

    KeySums sums() {
        return this.sums;
    }

    RejectedException refused(Call call, Duration remaining) {
        this.sums.duplicate(call);
        call.ended(CallOutcome.REJECTED);
        String why = (this.policy.onConcurrent() == OnConcurrent.REJECT)
                ? "@Idempotent(onConcurrent = REJECT)"
                : "it was waited for %s (integration.idempotency.max-wait)"
                        .formatted(this.policy.spec().maxWait());
        return this.told.refusing(new RejectedException(
                ProblemCode.KEY_IN_PROGRESS,
                "%s was not called: another call with the same key is in progress; %s"
                        .formatted(this.policy.operation(), why),
                remaining));
    }
}
