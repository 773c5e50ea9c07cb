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
     * @throws RejectedException if it may not run; then nothing is taken, and neither is it where anything else fails
     */
    long enter(Admission admission, Call call) {
        long permit = admission.askBreaker(call);
        if (permit == Admission.REFUSED) {
            throw Refusals.circuitOpen(call, this.policy, admission);
        }
        RateLimiter limiter = admission.limiter();
        long reserved = call.nanoTime();
        RateLimiter taken = null;
        try {
            if (limiter != null) {
                long wait = limiter.reserve(call.stripe(), reserved, 0);
                if (wait != 0) {
                    wait = reserve(limiter, call, reserved);
                }
                taken = limiter;
                if (wait != 0) {
                    awaitPermit(call, wait);
                }
            }
            Bulkhead bulkhead = admission.bulkhead();
            if (bulkhead != null && !bulkhead.tryEnter(call.stripe())) {
                awaitTurn(bulkhead, call);
            }
            return permit;
        } catch (Throwable failure) {
            giveBack(admission, permit, taken, reserved, failure);
            throw failure;
        }
    }

    private long reserve(RateLimiter limiter, Call call, long reserved) {
        long wait =
                limiter.reserve(call.stripe(), reserved, fitting(limiter.spec().maxWait(), Deadline.current()));
        if (wait < 0) {
            throw Refusals.rateLimited(call, this.policy, Duration.ofNanos(-wait));
        }
        return wait;
    }

    private void awaitPermit(Call call, long wait) {
        call.timePassed();
        try {
            this.time.sleep(Duration.ofNanos(wait));
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw Refusals.interrupted(call, this.policy, "rate-limit");
        }
    }

    private void awaitTurn(Bulkhead bulkhead, Call call) {
        long wait = fitting(bulkhead.spec().maxWait(), Deadline.current());
        boolean entered;
        call.timePassed();
        try {
            entered = bulkhead.enter(wait);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw Refusals.interrupted(call, this.policy, "bulkhead");
        }
        call.timePassed();
        if (!entered) {
            throw Refusals.bulkheadFull(call, this.policy, bulkhead.spec(), Duration.ofNanos(wait));
        }
    }

    private static void giveBack(
            Admission admission, long permit, @Nullable RateLimiter taken, long reserved, Throwable failure) {
        try {
            if (taken != null) {
                taken.release(reserved);
            }
        } catch (Throwable another) {
            Progress.attach(failure, another);
        } finally {
            admission.released(permit);
        }
    }

    /** A wait that outlasts the deadline would be for nothing. */
    static long fitting(Duration maxWait, @Nullable Deadline deadline) {
        long nanos = maxWait.toNanos();
        return (deadline == null || nanos == 0)
                ? nanos
                : Math.max(0, Math.min(nanos, deadline.remaining().toNanos()));
    }
}
