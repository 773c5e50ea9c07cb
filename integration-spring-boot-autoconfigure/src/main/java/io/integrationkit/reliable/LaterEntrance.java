package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.context.TimeSource;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.limit.Waiter;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

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
     * @param entered gets the attempt, on this thread if it need not wait, else on the executor
     * @param refused gets the refusal, if it may not run; then nothing is taken
     * @return gives up the wait; then neither is called, unless it was already
     */
    Runnable enter(Settled settled, LaterCall later, Consumer<Admitted> entered, Consumer<Throwable> refused) {
        Admission admission = settled.admission();
        Call call = later.call();
        long permit = admission.askBreaker(call);
        if (permit == Admission.REFUSED) {
            refused.accept(Refusals.circuitOpen(call, this.policy, admission));
            return NOTHING;
        }
        RateLimiter limiter = admission.limiter();
        long reserved = call.nanoTime();
        long wait;
        try {
            wait = (limiter != null)
                    ? limiter.reserve(reserved, Entrance.fitting(limiter.spec().maxWait(), later.deadline()))
                    : 0;
        } catch (RuntimeException ex) {
            admission.released(permit);
            throw ex;
        }
        if (wait < 0) {
            admission.released(permit);
            refused.accept(Refusals.rateLimited(call, this.policy, Duration.ofNanos(-wait)));
            return NOTHING;
        }
        Queued queued = new Queued(new Admitted(settled, permit, reserved), later, entered, refused);
        if (wait == 0) {
            queued.enterBulkhead();
        } else {
            queued.await(Duration.ofNanos(wait));
        }
        return queued::cancel;
    }

    /** An attempt that has its permits and waits for its moment. */
    private final class Queued {

        private final Admitted attempt;

        private final LaterCall later;

        private final Consumer<Admitted> entered;

        private final Consumer<Throwable> refused;

        /** Who sets it decides what becomes of the attempt. */
        private final AtomicBoolean decided = new AtomicBoolean();

        private final UnderWay underWay = new UnderWay();

        Queued(Admitted attempt, LaterCall later, Consumer<Admitted> entered, Consumer<Throwable> refused) {
            this.attempt = attempt;
            this.later = later;
            this.entered = entered;
            this.refused = refused;
        }

        /** Waits until the permit of the rate limit may be used. */
        void await(Duration duration) {
            this.later.call().timePassed();
            int step = this.underWay.begins();
            this.underWay.cancelledBy(step, after(duration, this::enterBulkhead));
        }

        void enterBulkhead() {
            Bulkhead bulkhead = this.attempt.settled().admission().bulkhead();
            int step = this.underWay.begins();
            if (this.decided.get()) {
                return;
            }
            if (bulkhead == null || bulkhead.tryEnter()) {
                enter();
                return;
            }
            long longest = Entrance.fitting(bulkhead.spec().maxWait(), this.later.deadline());
            if (longest == 0) {
                full(bulkhead);
                return;
            }
            this.later.call().timePassed();
            // What comes next runs the caller's method: neither for the timer's thread nor for the one that leaves.
            Waiter waiter = bulkhead.enterLater(() -> LaterEntrance.this.executor.execute(this::enter));
            Runnable timer = after(Duration.ofNanos(longest), () -> {
                if (waiter.cancel()) {
                    full(bulkhead);
                }
            });
            this.underWay.cancelledBy(step, () -> {
                timer.run();
                waiter.cancel();
            });
        }

        private Runnable after(Duration duration, Runnable step) {
            return LaterEntrance.this.time.schedule(duration, () -> LaterEntrance.this.executor.execute(step))::cancel;
        }

        private void enter() {
            if (this.decided.compareAndSet(false, true)) {
                this.underWay.cancel();
                this.entered.accept(this.attempt);
            } else {
                this.attempt.leave();
            }
        }

        private void full(Bulkhead bulkhead) {
            if (this.decided.compareAndSet(false, true)) {
                this.attempt.refused();
                this.refused.accept(
                        Refusals.bulkheadFull(this.later.call(), LaterEntrance.this.policy, bulkhead.spec()));
            }
        }

        void cancel() {
            if (this.decided.compareAndSet(false, true)) {
                this.underWay.cancel();
                this.attempt.refused();
            }
        }
    }
}
