package io.integrationkit.reliable;

import io.integrationkit.reliable.OperationPolicy.Follower;
import io.integrationkit.reliable.OperationPolicy.Step;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the attempts of one operation work with: one reference that is swapped when a setting changes. Safe for use by
 * any number of threads.
 */
final class SettledPolicy implements Follower {

    private final SharedStates shared;

    private final UnknownOutcome unknownOutcome;

    private final RandomGenerator random;

    private volatile @Nullable Settled current;

    SettledPolicy(OperationPolicy policy, SharedStates shared, UnknownOutcome unknownOutcome, RandomGenerator random) {
        this.shared = shared;
        this.unknownOutcome = unknownOutcome;
        this.random = random;
        policy.follow(this);
    }

    /** What is in force now; an attempt must ask once. */
    Settled current() {
        return Objects.requireNonNull(this.current);
    }

    @Override
    public Step prepare(Policy changed) {
        return new Change(this, changed, this.current, this.shared.prepare(changed));
    }

    private Settled settled(Policy values, SharedState state) {
        RetryRules rules = new RetryRules(
                values.retry(), new BackOff(values.retry(), this.random), this.unknownOutcome, state.budget());
        boolean timed = values.attemptTimeout() != null || values.deadline() != null;
        return new Settled(values, rules, state.admission(), state, timed, rules.asksForEffect());
    }

    private record Change(
            SettledPolicy settled, Policy changed, @Nullable Settled before, SharedStates.Prepared prepared)
            implements Step {

        @Override
        public void putInForce() {
            this.settled.current = this.settled.settled(this.changed, this.prepared.putInForce());
        }

        @Override
        public void takeBack() {
            this.prepared.takeBack((this.before != null) ? this.before.policy() : this.changed);
            this.settled.current = this.before;
        }
    }
}
