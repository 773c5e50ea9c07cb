package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.TimeSource;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.limit.Waiter;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Lets attempts in whose result comes later: what {@link Entrance} does, without a thread that waits. */
final class LaterEntrance {

    private static final Runnable NOTHING = () -> {};

    private final String policy;

    private final TimeSource time;

    private final Executor executor;

    LaterEntrance(String policy, AttemptTools tools) {
        this.policy = policy;
        this.time = tools.time();
        this.executor = tools.executor();
    }

    /**
     * Lets an attempt in, now or later.
     *
     * @param entered gets the permit of the circuit breaker
     * @param refused gets the refusal, if it may not run; then nothing is taken
     * @return gives up the wait; then neither is called, unless it was already
     */
    Runnable enter(
            Admission admission,
            Call call,
            @Nullable Deadline deadline,
            LongConsumer entered,
            Consumer<Throwable> refused) {
        long permit = admission.askBreaker(call);
        if (permit == Admission.REFUSED) {
            refused.accept(Refusals.circuitOpen(call, this.policy, admission));
            return NOTHING;
        }
        RateLimiter limiter = admission.limiter();
        long reserved = call.nanoTime();
        long wait = (limiter != null)
                ? limiter.reserve(reserved, Entrance.fitting(limiter.spec().maxWait(), deadline))
                : 0;
        if (wait < 0) {
            admission.released(permit);
            refused.accept(Refusals.rateLimited(call, this.policy, Duration.ofNanos(-wait)));
            return NOTHING;
        }
        Queued queued = new Queued(admission, call, deadline, permit, reserved, entered, refused);
        if (wait == 0) {
            queued.enterBulkhead();
        } else {
            queued.wait(Duration.ofNanos(wait));
        }
        return queued::cancel;
    }

    /** An attempt that has its permits and waits for its moment. */
    private final class Queued {

        private final Admission admission;

        private final Call call;

        private final @Nullable Deadline deadline;

        private final long permit;

        private final long reserved;

        private final LongConsumer entered;

        private final Consumer<Throwable> refused;

        /** Who sets it decides what becomes of the attempt. */
        private final AtomicBoolean decided = new AtomicBoolean();

        private volatile Runnable underWay = NOTHING;

        Queued(
                Admission admission,
                Call call,
                @Nullable Deadline deadline,
                long permit,
                long reserved,
                LongConsumer entered,
                Consumer<Throwable> refused) {
            this.admission = admission;
            this.call = call;
            this.deadline = deadline;
            this.permit = permit;
            this.reserved = reserved;
            this.entered = entered;
            this.refused = refused;
        }

        void wait(Duration duration) {
            this.call.timePassed();
            this.underWay = later(duration, this::enterBulkhead);
        }

        void enterBulkhead() {
            Bulkhead bulkhead = this.admission.bulkhead();
            if (this.decided.get()) {
                return;
            }
            if (bulkhead == null || bulkhead.tryEnter()) {
                enter();
                return;
            }
            long longest = Entrance.fitting(bulkhead.spec().maxWait(), this.deadline);
            if (longest == 0) {
                full(bulkhead);
                return;
            }
            this.call.timePassed();
            // What comes next runs the caller's method: neither for the timer's thread nor for the one that leaves.
            Waiter waiter = bulkhead.enterLater(() -> LaterEntrance.this.executor.execute(this::enter));
            Runnable timer = later(Duration.ofNanos(longest), () -> {
                if (waiter.cancel()) {
                    full(bulkhead);
                }
            });
            this.underWay = () -> {
                timer.run();
                waiter.cancel();
            };
            if (this.decided.get()) {
                this.underWay.run();
            }
        }

        private Runnable later(Duration duration, Runnable step) {
            return LaterEntrance.this.time.schedule(duration, () -> LaterEntrance.this.executor.execute(step))::cancel;
        }

        private void enter() {
            if (this.decided.compareAndSet(false, true)) {
                this.underWay.run();
                this.entered.accept(this.permit);
            } else {
                this.admission.leave();
            }
        }

        private void full(Bulkhead bulkhead) {
            if (this.decided.compareAndSet(false, true)) {
                giveBack();
                this.refused.accept(Refusals.bulkheadFull(this.call, LaterEntrance.this.policy, bulkhead.spec()));
            }
        }

        void cancel() {
            if (this.decided.compareAndSet(false, true)) {
                this.underWay.run();
                giveBack();
            }
        }

        private void giveBack() {
            RateLimiter limiter = this.admission.limiter();
            if (limiter != null) {
                limiter.release(this.reserved);
            }
            this.admission.released(this.permit);
        }
    }
}
