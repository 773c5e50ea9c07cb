package io.integrationkit.benchmarks;

import io.integrationkit.context.Correlation;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Surroundings of most calls: a request or message whose correlation id is bound to the thread already. Bound for each
 * iteration, since JMH may give the state of one thread to another between two of them.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
public class Request {

    private io.integrationkit.context.@Nullable Scope scope;

    @Setup(Level.Iteration)
    public void begin() {
        this.scope = Correlation.open("bench");
    }

    @TearDown(Level.Iteration)
    public void end() {
        if (this.scope != null) {
            this.scope.close();
        }
    }
}
