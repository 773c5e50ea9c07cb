package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimiter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Lets attempts of a blocking call in: waits where the policy allows it, and takes back what it took when it refuses. */
final class Entrance {

    private final String policy;

    private final TimeSource time;

    Entrance(String policy, TimeSource time) {
        this.policy = policy;
        this.time = time;
    }

    /**
     * Lets an attempt in.
     *
     * @return the permit of the circuit breaker
     * @throws RejectedException if it may not run; then nothing is taken
     */
    long enter(Admission admission, Call call) {
        long permit = admission.askBreaker(call);
        if (permit == Admission.REFUSED) {
            throw Refusals.circuitOpen(call, this.policy, admission);
        }
        RateLimiter limiter = admission.limiter();
        long reserved = call.nanoTime();
        if (limiter != null) {
            long wait = limiter.reserve(reserved, 0);
            if (wait != 0) {
                awaitPermit(admission, limiter, call, permit, reserved);
            }
        }
        Bulkhead bulkhead = admission.bulkhead();
        if (bulkhead != null && !bulkhead.tryEnter()) {
            awaitTurn(admission, bulkhead, call, permit, reserved);
        }
        return permit;
    }

    private void awaitPermit(Admission admission, RateLimiter limiter, Call call, long permit, long reserved) {
        long wait = limiter.reserve(reserved, fitting(limiter.spec().maxWait(), Deadline.current()));
        if (wait < 0) {
            admission.released(permit);
            throw Refusals.rateLimited(call, this.policy, Duration.ofNanos(-wait));
        }
        call.timePassed();
        try {
            this.time.sleep(Duration.ofNanos(wait));
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            limiter.release(reserved);
            admission.released(permit);
            throw Refusals.interrupted(call, this.policy, "rate-limit");
        }
    }

    private void awaitTurn(Admission admission, Bulkhead bulkhead, Call call, long permit, long reserved) {
        boolean entered;
        call.timePassed();
        try {
            entered = bulkhead.enter(fitting(bulkhead.spec().maxWait(), Deadline.current()));
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            giveBack(admission, permit, reserved);
            throw Refusals.interrupted(call, this.policy, "bulkhead");
        }
        call.timePassed();
        if (!entered) {
            giveBack(admission, permit, reserved);
            throw Refusals.bulkheadFull(call, this.policy, bulkhead.spec());
        }
    }

    private static void giveBack(Admission admission, long permit, long reserved) {
        RateLimiter limiter = admission.limiter();
        if (limiter != null) {
            limiter.release(reserved);
        }
        admission.released(permit);
    }

    /** A wait that outlasts the deadline would be for nothing. */
    static long fitting(Duration maxWait, @Nullable Deadline deadline) {
        long nanos = maxWait.toNanos();
        return (deadline == null || nanos == 0)
                ? nanos
                : Math.max(0, Math.min(nanos, deadline.remaining().toNanos()));
    }
}
