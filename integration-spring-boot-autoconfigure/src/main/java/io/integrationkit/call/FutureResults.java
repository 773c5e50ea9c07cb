package io.integrationkit.call;

import io.integrationkit.context.Carried;
import io.integrationkit.context.Scope;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Results as {@link CompletionStage}. Cancelling what the caller got cancels the attempt that is under way. */
final class FutureResults implements LaterResults {

    private final Executor blocking;

    FutureResults(Executor blocking) {
        this.blocking = blocking;
    }

    @Override
    public Object answer(Supplier<Call> call, Stage stages) {
        try {
            return future(stages.run(call.get()));
        } catch (Throwable failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    @Override
    public Object whenDone(@Nullable Object result, End end) {
        CompletableFuture<?> source = future(result);
        CompletableFuture<@Nullable Object> told = new CompletableFuture<>();
        source.whenComplete((value, failure) -> {
            try {
                end.ended((failure != null) ? cause(failure) : null);
            } finally {
                pass(told, value, failure);
            }
        });
        return cancelling(told, source);
    }

    @Override
    public Object whenWorkDone(@Nullable Object result, End end) {
        CompletionStage<?> source =
                (result instanceof CompletionStage<?> stage) ? stage : CompletableFuture.completedFuture(result);
        Work work = new Work(source);
        source.whenComplete((value, failure) -> {
            try {
                end.ended((failure != null) ? cause(failure) : null);
            } finally {
                pass(work, value, failure);
            }
        });
        return work;
    }

    @Override
    public @Nullable Object within(@Nullable Object result, Map<String, ?> context) {
        return result;
    }

    @Override
    public Object recover(@Nullable Object result, Recovery recovery) {
        CompletableFuture<?> source = future(result);
        CompletableFuture<@Nullable Object> recovered = new CompletableFuture<>();
        Carried carried = Carried.capture();
        source.whenComplete((value, failure) -> {
            // A caller that has gone away gets no recovery; a callee that cancels its own work has failed.
            if (failure == null || recovered.isDone()) {
                pass(recovered, value, failure);
            } else {
                this.blocking.execute(() -> recover(recovered, carried, cause(failure), recovery));
            }
        });
        return cancelling(recovered, source);
    }

    @Override
    public Object settled(@Nullable Object result, Settlement settlement) {
        CompletableFuture<?> source = future(result);
        CompletableFuture<@Nullable Object> settled = new CompletableFuture<>();
        Carried carried = Carried.capture();
        source.whenComplete((value, failure) -> this.blocking.execute(() -> {
            try (Scope scope = carried.open()) {
                settlement.settle(value, (failure != null) ? cause(failure) : null);
            } finally {
                pass(settled, value, failure);
            }
        }));
        return cancelling(settled, source);
    }

    @Override
    public Object blocking(ThrowingStages stages) throws Throwable {
        return future(stages.run());
    }

    @Override
    public Object ready(@Nullable Object value) {
        return CompletableFuture.completedFuture(value);
    }

    @Override
    public CompletionStage<?> begin(@Nullable Object result) {
        return future(result);
    }

    private static void recover(
            CompletableFuture<@Nullable Object> recovered, Carried carried, Throwable failure, Recovery recovery) {
        if (recovered.isDone()) {
            return;
        }
        try (Scope scope = carried.open()) {
            Object replacement = recovery.recover(failure);
            if (replacement instanceof CompletionStage<?> later) {
                later.whenComplete((value, again) -> pass(recovered, value, again));
                cancelling(recovered, future(later));
            } else {
                recovered.complete(replacement);
            }
        } catch (Throwable again) {
            recovered.completeExceptionally(again);
        }
    }

    private static void pass(
            CompletableFuture<@Nullable Object> target, @Nullable Object value, @Nullable Throwable failure) {
        if (failure != null) {
            target.completeExceptionally(cause(failure));
        } else {
            target.complete(value);
        }
    }

    private static CompletableFuture<?> cancelling(CompletableFuture<?> answer, CompletableFuture<?> source) {
        answer.whenComplete((value, failure) -> {
            if (answer.isCancelled()) {
                source.cancel(true);
            }
        });
        return answer;
    }

    /**
     * A method that returns {@code null} instead of a stage has done its work. A stage need not be a future, and one that
     * is none cannot be cancelled.
     */
    private static CompletableFuture<?> future(@Nullable Object result) {
        if (!(result instanceof CompletionStage<?> stage)) {
            return CompletableFuture.completedFuture(result);
        }
        try {
            return stage.toCompletableFuture();
        } catch (UnsupportedOperationException ex) {
            CompletableFuture<@Nullable Object> future = new CompletableFuture<>();
            stage.whenComplete((value, failure) -> pass(future, value, failure));
            return future;
        }
    }

    static Throwable cause(Throwable failure) {
        return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
    }

    /** Ends when its source does, which may go on after it was cancelled, or may not know how to be cancelled. */
    private static final class Work extends CompletableFuture<@Nullable Object> {

        private final CompletionStage<?> source;

        Work(CompletionStage<?> source) {
            this.source = source;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            try {
                return this.source.toCompletableFuture().cancel(mayInterruptIfRunning);
            } catch (UnsupportedOperationException ex) {
                return false;
            }
        }
    }
}
