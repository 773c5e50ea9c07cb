package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;

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

    private CompletableFuture<?> whenWorkDone(@Nullable CompletionStage<?> source) {
        return (CompletableFuture<?>) this.results.whenWorkDone(source, this.ends::add);
    }
}
