package io.integrationkit.reliable;

import io.integrationkit.call.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is in force for one operation, or for a policy on its own: one reference that a run-time change swaps. Safe for
 * use by any number of threads.
 */
final class OperationPolicy {

    private final String subject;

    private final @Nullable PolicyLayer annotation;

    /** Held while a policy changes; that of all who live by it. */
    private final ReentrantLock lock;

    /** Guarded by the lock. */
    private final List<Follower> followers = new ArrayList<>();

    private volatile Policy current;

    OperationPolicy(String subject, @Nullable PolicyLayer annotation, Policy current, ReentrantLock lock) {
        this.subject = subject;
        this.annotation = annotation;
        this.current = current;
        this.lock = lock;
    }

    /**
     * Returns what is in force now. One call must read it once, so that it does not see half of a change.
     *
     * @return the values
     */
    Policy current() {
        return this.current;
    }

    /**
     * Puts what is in force now in force for a follower as well, and each change from then on; no change comes between
     * the two. What the follower throws now is thrown, and it does not follow.
     *
     * @param follower called by the thread that makes a change, one change at a time
     */
    void follow(Follower follower) {
        this.lock.lock();
        try {
            follower.prepare(this.current).putInForce();
            this.followers.add(follower);
        } finally {
            this.lock.unlock();
        }
    }

    /** The values of the moment, and what they come to. */
    List<Setting> settings() {
        Policy policy = this.current;
        List<Setting> settings = new ArrayList<>(policy.settings());
        settings.addAll(WorstCase.of(policy).settings());
        return settings;
    }

    String subject() {
        return this.subject;
    }

    @Nullable
    PolicyLayer annotation() {
        return this.annotation;
    }

    /**
     * Prepares a change of this operation and its followers. To be called with the lock.
     *
     * @param steps where the steps of the change are added, also of one that then throws
     */
    void prepare(Policy changed, List<Step> steps) {
        steps.add(new Swap(this, changed, this.current));
        this.followers.forEach((follower) -> steps.add(follower.prepare(changed)));
    }

    /** Lives by a policy. */
    @FunctionalInterface
    interface Follower {

        /**
         * Does all of a change that may fail, and nothing that anybody could see.
         *
         * @param changed what is to be in force
         * @return the rest of the change
         */
        Step prepare(Policy changed);
    }

    /** A part of a change that is prepared. */
    interface Step {

        /** Puts it in force; must not fail. */
        void putInForce();

        /** Puts in force again what was, whether it was replaced or not; must not fail. */
        void takeBack();
    }

    private record Swap(OperationPolicy operation, Policy changed, Policy before) implements Step {

        @Override
        public void putInForce() {
            this.operation.current = this.changed;
        }

        @Override
        public void takeBack() {
            this.operation.current = this.before;
        }
    }
}
