package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.call.Call;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimiter;
import java.time.Duration;

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
        if (limiter != null) {
            long wait = limiter.reserve(call.nanoTime(), fitting(limiter.spec().maxWait()));
            if (wait != 0) {
                awaitPermit(admission, limiter, call, permit, wait);
            }
        }
        Bulkhead bulkhead = admission.bulkhead();
        if (bulkhead != null && !bulkhead.tryEnter()) {
            awaitTurn(admission, bulkhead, call, permit);
        }
        return permit;
    }

    private void awaitPermit(Admission admission, RateLimiter limiter, Call call, long permit, long wait) {
        if (wait < 0) {
            admission.released(permit);
            throw Refusals.rateLimited(call, this.policy, Duration.ofNanos(-wait));
        }
        call.timePassed();
        try {
            this.time.sleep(Duration.ofNanos(wait));
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            limiter.release(call.nanoTime());
            admission.released(permit);
            throw Refusals.interrupted(call, this.policy, "rate-limit");
        }
    }

    private void awaitTurn(Admission admission, Bulkhead bulkhead, Call call, long permit) {
        boolean entered;
        call.timePassed();
        try {
            entered = bulkhead.enter(fitting(bulkhead.spec().maxWait()));
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            giveBack(admission, call, permit);
            throw Refusals.interrupted(call, this.policy, "bulkhead");
        }
        call.timePassed();
        if (!entered) {
            giveBack(admission, call, permit);
            throw Refusals.bulkheadFull(call, this.policy, bulkhead.spec());
        }
    }

    private static void giveBack(Admission admission, Call call, long permit) {
        RateLimiter limiter = admission.limiter();
        if (limiter != null) {
            limiter.release(call.nanoTime());
        }
        CircuitBreaker breaker = admission.breaker();
        if (breaker != null) {
            breaker.released(permit);
        }
    }

    /** A wait that outlasts the deadline would be for nothing. */
    private static long fitting(Duration maxWait) {
        long nanos = maxWait.toNanos();
        if (nanos == 0) {
            return 0;
        }
        Deadline deadline = Deadline.current();
        return (deadline == null)
                ? nanos
                : Math.max(0, Math.min(nanos, deadline.remaining().toNanos()));
    }
}
