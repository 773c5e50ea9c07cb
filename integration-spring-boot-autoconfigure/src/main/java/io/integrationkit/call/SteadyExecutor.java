package io.integrationkit.call;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;

/**
 * Takes every step: what an executor refuses that is overloaded or shut down goes to the common pool, which makes further
 * threads when its own wait for a future. Somebody waits for the answer.
 *
 * @param first asked first
 */
public record SteadyExecutor(Executor first) implements Executor {

    @Override
    public void execute(Runnable step) {
        try {
            this.first.execute(step);
        } catch (RejectedExecutionException ex) {
            ForkJoinPool.commonPool().execute(step);
        }
    }
}
