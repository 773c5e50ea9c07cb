package io.integrationkit.reliable;

import java.util.random.RandomGenerator;

/**
 * What the attempts of one operation work with: one reference that is swapped when a setting changes. Safe for use by
 * any number of threads.
 */
final class SettledPolicy {

    private final SharedStates shared;

    private final UnknownOutcome unknownOutcome;

    private final RandomGenerator random;

    private volatile Settled current;

    SettledPolicy(OperationPolicy policy, SharedStates shared, UnknownOutcome unknownOutcome, RandomGenerator random) {
        this.shared = shared;
        this.unknownOutcome = unknownOutcome;
        this.random = random;
        this.current = settle(policy.current());
        policy.onChange((changed) -> this.current = settle(changed));
    }

    /** What is in force now; an attempt must ask once. */
    Settled current() {
        return this.current;
    }

    private Settled settle(Policy values) {
        SharedState state = this.shared.of(values);
        RetryRules rules = new RetryRules(
                values.retry(), new BackOff(values.retry(), this.random), this.unknownOutcome, state.budget());
        boolean timed = values.attemptTimeout() != null || values.deadline() != null;
        return new Settled(values, rules, state.admission(), state, timed, rules.asksForEffect());
    }
}
