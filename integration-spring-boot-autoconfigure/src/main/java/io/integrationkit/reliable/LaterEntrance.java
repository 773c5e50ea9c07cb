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
     * @param refused gets the refusal, if it may not run, or what failed; then nothing is taken
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
                    ? limiter.reserve(
                            call.stripe(),
                            reserved,
                            Entrance.fitting(limiter.spec().maxWait(), later.deadline()))
                    : 0;
        } catch (Throwable ex) {
            admission.released(permit);
            refused.accept(ex);
            return NOTHING;
        }
        if (wait < 0) {
            admission.released(permit);
            refused.accept(Refusals.rateLimited(call, this.policy, Duration.ofNanos(-wait)));
            return NOTHING;
        }
        Queued queued = new Queued(new Admitted(settled, permit, reserved, call.stripe()), later, entered, refused);
        queued.begin(wait);
        return queued::cancel;
    }

    /**
     * An attempt that has its permits and waits for its moment. Whatever fails on the way, a clock, an executor or a
     * limiter, ends the wait: somebody waits for the answer, and others for what the attempt has taken.
     */
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

        void begin(long wait) {
            guarded((wait == 0) ? this::enterBulkhead : () -> await(Duration.ofNanos(wait)));
        }

        /** Waits until the permit of the rate limit may be used. */
        private void await(Duration duration) {
            this.later.call().timePassed();
            int step = this.underWay.begins();
            this.underWay.cancelledBy(step, after(duration, this::enterBulkhead));
        }

        private void enterBulkhead() {
            Bulkhead bulkhead = this.attempt.settled().admission().bulkhead();
            int step = this.underWay.begins();
            if (this.decided.get()) {
                return;
            }
            if (bulkhead == null || bulkhead.tryEnter(this.later.call().stripe())) {
                enter();
                return;
            }
            long longest = Entrance.fitting(bulkhead.spec().maxWait(), this.later.deadline());
            if (longest == 0) {
                full(bulkhead, Duration.ZERO);
                return;
            }
            this.later.call().timePassed();
            // What comes next runs the caller's method: neither for the timer's thread nor for the one that leaves.
            Waiter waiter = bulkhead.enterLater(this::takeTurn);
            Duration waits = Duration.ofNanos(longest);
            Runnable timer = after(waits, () -> {
                if (waiter.cancel()) {
                    full(bulkhead, waits);
                }
            });
            this.underWay.cancelledBy(step, () -> {
                timer.run();
                waiter.cancel();
            });
        }

        private Runnable after(Duration duration, Runnable step) {
            Runnable onExecutor = () -> LaterEntrance.this.executor.execute(() -> guarded(step));
            return LaterEntrance.this.time.schedule(duration, () -> guarded(onExecutor))::cancel;
        }

        private void guarded(Runnable step) {
            try {
                step.run();
            } catch (Throwable unexpected) {
                fail(unexpected);
            }
        }

        private void fail(Throwable unexpected) {
            if (this.decided.compareAndSet(false, true)) {
                this.underWay.cancel();
                this.attempt.refused();
                this.refused.accept(unexpected);
            }
        }

        /** It has a place in the bulkhead. */
        private void takeTurn() {
            try {
                LaterEntrance.this.executor.execute(this::enter);
            } catch (Throwable unexpected) {
                this.attempt.leave();
                fail(unexpected);
            }
        }

        private void enter() {
            if (this.decided.compareAndSet(false, true)) {
                this.underWay.cancel();
                handOver();
            } else {
                this.attempt.leave();
            }
        }

        private void handOver() {
            try {
                this.entered.accept(this.attempt);
            } catch (Throwable unexpected) {
                this.attempt.abandon();
                this.attempt.leave();
                this.refused.accept(unexpected);
            }
        }

        private void full(Bulkhead bulkhead, Duration waited) {
            if (this.decided.compareAndSet(false, true)) {
                this.attempt.refused();
                this.refused.accept(
                        Refusals.bulkheadFull(this.later.call(), LaterEntrance.this.policy, bulkhead.spec(), waited));
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
