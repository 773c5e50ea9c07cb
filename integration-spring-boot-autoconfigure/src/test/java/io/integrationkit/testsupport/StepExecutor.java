package io.integrationkit.testsupport;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** Keeps what it was given until the test runs it. */
public final class StepExecutor implements Executor {

    private final Queue<Runnable> steps = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable step) {
        this.steps.add(step);
    }

    /** How many steps wait. */
    public int waiting() {
        return this.steps.size();
    }

    /** Runs the steps on this thread until none is left. */
    public void run() {
        for (Runnable step = this.steps.poll(); step != null; step = this.steps.poll()) {
            step.run();
        }
    }
}
