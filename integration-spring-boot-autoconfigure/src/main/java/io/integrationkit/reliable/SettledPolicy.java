package io.integrationkit.reliable;

import io.integrationkit.limit.RetryBudget;
import java.util.random.RandomGenerator;

/**
 * Keeps what the attempts of one operation work with in step with its policy. Safe for use by any number of threads.
 */
final class SettledPolicy {

    private final OperationPolicy policy;

    private final SharedStates shared;

    private final UnknownOutcome unknownOutcome;

    private final RandomGenerator random;

    private volatile Settled settled;

    SettledPolicy(OperationPolicy policy, SharedStates shared, UnknownOutcome unknownOutcome, RandomGenerator random) {
        this.policy = policy;
        this.shared = shared;
        this.unknownOutcome = unknownOutcome;
        this.random = random;
        this.settled = settle(policy.current());
    }

    /** What is in force now; an attempt must ask once. */
    Settled current() {
        Settled known = this.settled;
        return (known.policy() == this.policy.current()) ? known : changed();
    }

    private synchronized Settled changed() {
        Policy current = this.policy.current();
        if (this.settled.policy() != current) {
            this.settled = settle(current);
        }
        return this.settled;
    }

    private Settled settle(Policy values) {
        SharedState state = this.shared.of(values);
        RetryBudget budget = state.budget();
        RetryRules rules =
                new RetryRules(values.retry(), new BackOff(values.retry(), this.random), this.unknownOutcome, budget);
        boolean timed = values.attemptTimeout() != null || values.deadline() != null;
        return new Settled(values, rules, state.admission(), state, timed);
    }
}
