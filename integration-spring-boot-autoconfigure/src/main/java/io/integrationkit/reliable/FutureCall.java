package io.integrationkit.reliable;

import io.integrationkit.call.Stage;
import io.integrationkit.context.Scope;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of a method that returns a future: attempt, wait, attempt, until there is an answer. Cancelling the answer
 * cancels the step under way, and no other begins.
 */
final class FutureCall {

    private final Stage next;

    private final LaterEntrance entrance;

    private final LaterCall call;

    private final UnderWay underWay = new UnderWay();

    private final CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();

    FutureCall(Stage next, LaterEntrance entrance, LaterCall call) {
        this.next = next;
        this.entrance = entrance;
        this.call = call;
        this.answer.whenComplete((result, failure) -> {
            if (this.answer.isCancelled()) {
                this.underWay.cancel();
            }
        });
    }

    CompletableFuture<?> begin() {
        enter();
        return this.answer;
    }

    private void enter() {
        int step = this.underWay.begins();
        try {
            this.underWay.cancelledBy(
                    step, this.entrance.enter(this.call.settled(), this.call, this::attempt, this::refused));
        } catch (Throwable unexpected) {
            this.answer.completeExceptionally(unexpected);
        }
    }

    private void refused(Throwable refusal) {
        this.call.explainRefusal(refusal);
        try (Scope scope = this.call.carried().open()) {
            this.answer.completeExceptionally(refusal);
        }
    }

    private void attempt(Admitted admitted) {
        int step = this.underWay.begins();
        if (this.underWay.isCancelled()) {
            admitted.unused();
            return;
        }
        FutureAttempt attempt = new FutureAttempt(this.next, this.call, admitted, this::ended);
        attempt.begin();
        this.underWay.cancelledBy(step, attempt::cancel);
    }

    /** An attempt has ended, and its circuit breaker is to be answered. */
    private void ended(Admitted attempt, @Nullable Object result, @Nullable Throwable failure) {
        try (Scope scope = this.call.carried().open()) {
            Ending ending = ending(attempt, result, failure);
            Duration wait = ending.pause();
            if (wait != null) {
                pause(wait);
            } else if (ending.failure() != null) {
                this.answer.completeExceptionally(ending.failure());
            } else {
                this.answer.complete(ending.result());
            }
        } catch (Throwable unexpected) {
            this.answer.completeExceptionally(unexpected);
        }
    }

    private Ending ending(Admitted attempt, @Nullable Object result, @Nullable Throwable failure) throws Throwable {
        if (failure != null) {
            return this.call.failed(attempt, failure, false);
        }
        this.call.returned(attempt);
        return this.call.unwanted(result)
                ? this.call.afterUnwanted(attempt, result)
                : new Ending(null, result, null, attempt.settled(), null);
    }

    private void pause(Duration wait) {
        AttemptTools tools = this.call.tools();
        int step = this.underWay.begins();
        Runnable again = () -> tools.executor().execute(() -> again(wait));
        this.underWay.cancelledBy(step, tools.time().schedule(wait, again)::cancel);
    }

    private void again(Duration waited) {
        if (!this.underWay.isCancelled()) {
            this.call.waited(waited);
            try (Scope scope = this.call.carried().open()) {
                enter();
            }
        }
    }
}
