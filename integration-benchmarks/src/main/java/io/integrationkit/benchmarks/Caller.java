package io.integrationkit.benchmarks;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One calling thread: the numbers it passes, and how often the callee fails it. */
@State(Scope.Thread)
public class Caller {

    private static final int TENTH = 10;

    private int number;

    private int failuresLeft;

    /** Returns the next number to pass. */
    int next() {
        return this.number++;
    }

    /** Lets the next attempts of this caller fail. */
    Caller failing(int times) {
        this.failuresLeft = times;
        return this;
    }

    /** Lets the first attempt of every tenth call fail. */
    Caller failingTenth() {
        return failing((this.number % TENTH == 0) ? 1 : 0);
    }

    /** The body of a callee that fails: a new exception with its stack trace for each failure. */
    int answer() {
        if (this.failuresLeft > 0) {
            this.failuresLeft--;
            throw new IntegrationException("The callee is busy", FailureCategory.TEMPORARY, true);
        }
        return this.number++;
    }
}
