package io.integrationkit.reliable;

import io.integrationkit.call.Stage;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a method that returns a future. It ends once: by its result, by its time, or by being cancelled. One
 * whose time is over is not stopped; it keeps its place in the bulkhead until its work really ends, and what it ends
 * with then is ignored.
 */
final class FutureAttempt {

    private static final TimeSource.Timer NONE = () -> false;

    private final Stage next;

    private final LaterCall call;

    private final Admitted admitted;

    private final Owner owner;

    private final AtomicReference<TimeSource.@Nullable Timer> timer = new AtomicReference<>();

    private volatile @Nullable CompletableFuture<?> work;

    FutureAttempt(Stage next, LaterCall call, Admitted admitted, Owner owner) {
        this.next = next;
        this.call = call;
        this.admitted = admitted;
        this.owner = owner;
    }

    void begin() {
        this.admitted.starts(this.call.call());
        CompletionStage<?> stage = proceed();
        CompletableFuture<?> future = future(stage);
        this.work = future;
        // Not of the future, which may be a copy: cancelled, it has ended, and the stage has not.
        stage.whenComplete((result, failure) -> ended(result, failure));
        if (future == null || !future.isDone()) {
            limit();
        }
    }

    private CompletionStage<?> proceed() {
        try (Scope scope = this.call.carried().open()) {
            Object result = this.next.run(this.call.call());
            return (result instanceof CompletionStage<?> stage) ? stage : CompletableFuture.completedFuture(result);
        } catch (Throwable failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** What can be cancelled of a stage, if anything. */
    private static @Nullable CompletableFuture<?> future(CompletionStage<?> stage) {
        try {
            return stage.toCompletableFuture();
        } catch (UnsupportedOperationException ex) {
            return null;
        }
    }

    /** The time counts from the beginning of the attempt; the method may have taken some of it before it returned. */
    private void limit() {
        Duration allowed = this.admitted.settled().timeForAttempt(this.call.deadline());
        if (allowed == null) {
            return;
        }
        TimeSource time = this.call.tools().time();
        Duration left = allowed.minusNanos(time.nanoTime() - this.admitted.started());
        TimeSource.Timer scheduled = time.schedule(left.isNegative() ? Duration.ZERO : left, () -> expire(allowed));
        if (!this.timer.compareAndSet(null, scheduled)) {
            scheduled.cancel();
        }
    }

    private void ended(@Nullable Object result, @Nullable Throwable failure) {
        TimeSource.Timer scheduled = this.timer.getAndSet(NONE);
        if (scheduled != null) {
            scheduled.cancel();
        }
        this.admitted.leave();
        if (this.admitted.ends()) {
            this.owner.ended(this.admitted, result, (failure != null) ? cause(failure) : null);
        }
    }

    private void expire(Duration allowed) {
        if (this.admitted.ends()) {
            this.call.call().overran();
            AttemptTimeoutException timeout = this.call.timeout(allowed);
            this.call.tools().executor().execute(() -> this.owner.ended(this.admitted, null, timeout));
        }
    }

    /** Nobody waits for it any more. */
    void cancel() {
        this.admitted.abandon();
        CompletableFuture<?> future = this.work;
        if (future != null) {
            future.cancel(true);
        }
    }

    private static Throwable cause(Throwable failure) {
        return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
    }

    /** Goes on after an attempt. */
    @FunctionalInterface
    interface Owner {

        /** Called once by the attempt that was ended by its result or its time, on whatever thread. */
        void ended(Admitted attempt, @Nullable Object result, @Nullable Throwable failure);
    }
}
