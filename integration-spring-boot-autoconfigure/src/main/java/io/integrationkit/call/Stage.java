package io.integrationkit.call;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One step of a call. A stage is made once for its operation, around the stage inside it (see
 * {@link PlanBuilder#stage(StagePosition, UnaryOperator)}); it is called by any number of threads.
 */
@FunctionalInterface
public interface Stage {

    /**
     * Runs the rest of the call.
     *
     * @param call the call
     * @return what the caller gets
     * @throws Throwable what the caller gets instead
     */
    @Nullable
    Object run(Call call) throws Throwable;
}
