package io.integrationkit.call;

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
            end.ended((failure != null) ? cause(failure) : null);
            pass(told, value, failure);
        });
        return cancelling(told, source);
    }

    @Override
    public Object recover(@Nullable Object result, Recovery recovery) {
        CompletableFuture<?> source = future(result);
        CompletableFuture<@Nullable Object> recovered = new CompletableFuture<>();
        source.whenComplete((value, failure) -> {
            if (failure == null || source.isCancelled()) {
                pass(recovered, value, failure);
            } else {
                this.blocking.execute(() -> recover(recovered, cause(failure), recovery));
            }
        });
        return cancelling(recovered, source);
    }

    private static void recover(CompletableFuture<@Nullable Object> recovered, Throwable failure, Recovery recovery) {
        try {
            Object replacement = recovery.recover(failure);
            if (replacement instanceof CompletionStage<?> later) {
                later.whenComplete((value, again) -> pass(recovered, value, again));
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

    /** A method that returns {@code null} instead of a stage has done its work. */
    private static CompletableFuture<?> future(@Nullable Object result) {
        return (result instanceof CompletionStage<?> stage)
                ? stage.toCompletableFuture()
                : CompletableFuture.completedFuture(result);
    }

    static Throwable cause(Throwable failure) {
        return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
    }
}
