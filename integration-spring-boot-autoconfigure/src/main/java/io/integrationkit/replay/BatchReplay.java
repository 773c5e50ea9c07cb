package io.integrationkit.replay;

import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.ReplayResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Replays a batch, a large one in two transactions at the same time: while the database writes one, the other is read. No
 * key is twice in a batch, so neither half overtakes the other within a key, and a batch has ended when both have.
 */
final class BatchReplay {

    /** Largest number of entries of a transaction. */
    static final int OF_A_TRANSACTION = 500;

    private final DeadLetters deadLetters;

    private final Executor beside;

    BatchReplay(DeadLetters deadLetters, Executor beside) {
        this.deadLetters = deadLetters;
        this.beside = beside;
    }

    /** Replays entries and returns what became of those that were tried. */
    List<ReplayResult> replay(List<String> ids, Intervention by) {
        if (ids.size() <= OF_A_TRANSACTION) {
            return this.deadLetters.replayAll(ids, by);
        }
        int half = ids.size() / 2;
        CompletableFuture<List<ReplayResult>> other = CompletableFuture.supplyAsync(
                () -> this.deadLetters.replayAll(ids.subList(half, ids.size()), by), this.beside);
        List<ReplayResult> results;
        try {
            results = new ArrayList<>(this.deadLetters.replayAll(ids.subList(0, half), by));
        } catch (RuntimeException | Error ex) {
            // Whoever takes the job up must not meet what is still under way here.
            other.handle((done, failure) -> done).join();
            throw ex;
        }
        results.addAll(joined(other));
        return results;
    }

    private static List<ReplayResult> joined(CompletableFuture<List<ReplayResult>> other) {
        try {
            return other.join();
        } catch (CompletionException ex) {
            if (ex.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw ex;
        }
    }
}
