package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The end of an attempt whose result is a future, told without changing what whoever makes the attempts sees. */
class FutureResultsTests {

    private final FutureResults results = new FutureResults(Runnable::run);

    private final List<@Nullable Throwable> ends = new ArrayList<>();

    @Test
    void theEndIsToldBeforeTheResultIsThere() {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<?> work = whenWorkDone(source);
        List<Integer> endsBefore = new ArrayList<>();
        work.thenRun(() -> endsBefore.add(this.ends.size()));
        source.complete("done");
        assertThat(work.join()).isEqualTo("done");
        assertThat(endsBefore).containsExactly(1);
        assertThat(this.ends).containsExactly((Throwable) null);
    }

    @Test
    void cancellingReachesTheWork() {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<?> work = whenWorkDone(source);
        assertThat(work.cancel(true)).isTrue();
        assertThat(source).isCancelled();
        assertThat(work).isCancelled();
        assertThat(this.ends).singleElement().isInstanceOf(CancellationException.class);
    }

    @Test
    void workThatGoesOnAfterItWasCancelledHasNotEnded() {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<?> work = whenWorkDone(source.minimalCompletionStage());
        work.cancel(true);
        assertThat(work).isNotDone();
        assertThat(this.ends).isEmpty();
        source.complete("late");
        assertThat(work).isDone();
        assertThat(this.ends).hasSize(1);
    }

    @Test
    void nothingInsteadOfAFutureIsTheEnd() {
        assertThat(whenWorkDone(null)).isDone();
        assertThat(this.ends).hasSize(1);
    }

    @Test
    void aStageThatIsNoFutureIsWaitedFor() {
        Opaque source = new Opaque();
        CompletableFuture<?> answer = (CompletableFuture<?>)
                this.results.answer(() -> SimpleCalls.call(SimpleCalls.operation(this, "call")), (call) -> source);
        CompletableFuture<?> told = (CompletableFuture<?>) this.results.whenDone(source, this.ends::add);
        CompletableFuture<?> unharmed = (CompletableFuture<?>) this.results.recover(source, (failure) -> "recovered");
        CompletionStage<?> begun = this.results.begin(source);
        assertThat(answer).isNotDone();
        source.complete("done");
        assertThat(List.of(
                        answer.join(),
                        told.join(),
                        unharmed.join(),
                        begun.toCompletableFuture().join()))
                .containsOnly("done");
        assertThat(this.ends).containsExactly((Throwable) null);
    }

    @Test
    void theFailureOfAStageThatIsNoFutureIsTheFailureOfTheCall() {
        Opaque source = new Opaque();
        CompletableFuture<?> told = (CompletableFuture<?>) this.results.whenDone(source, this.ends::add);
        IllegalStateException failure = new IllegalStateException("refused");
        source.completeExceptionally(failure);
        assertThatThrownBy(told::join).hasCause(failure);
        assertThat(this.ends).containsExactly(failure);
    }

    @Test
    void recoveryByAStageThatIsNoFutureIsWaitedFor() {
        Opaque replacement = new Opaque();
        CompletableFuture<?> recovered = (CompletableFuture<?>) this.results.recover(
                CompletableFuture.failedFuture(new IllegalStateException("refused")), (failure) -> replacement);
        assertThat(recovered).isNotDone();
        replacement.complete("recovered");
        assertThat(recovered.join()).isEqualTo("recovered");
    }

    @Test
    void cancellingDoesNotReachAStageThatIsNoFuture() {
        Opaque source = new Opaque();
        CompletableFuture<?> told = (CompletableFuture<?>) this.results.whenDone(source, this.ends::add);
        Opaque replacement = new Opaque();
        CompletableFuture<?> recovered = (CompletableFuture<?>) this.results.recover(
                CompletableFuture.failedFuture(new IllegalStateException("refused")), (failure) -> replacement);
        assertThat(told.cancel(true)).isTrue();
        assertThat(recovered.cancel(true)).isTrue();
        assertThat(source).isNotDone();
        assertThat(replacement).isNotDone();
        assertThat(this.ends).singleElement().isInstanceOf(CancellationException.class);
    }

    Object call() {
        return "never";
    }

    private CompletableFuture<?> whenWorkDone(@Nullable CompletionStage<?> source) {
        return (CompletableFuture<?>) this.results.whenWorkDone(source, this.ends::add);
    }

    /** Keeps to the contract of a stage, which need not be a future. */
    private static final class Opaque extends CompletableFuture<@Nullable Object> {

        @Override
        public CompletableFuture<@Nullable Object> toCompletableFuture() {
            throw new UnsupportedOperationException();
        }
    }
}
