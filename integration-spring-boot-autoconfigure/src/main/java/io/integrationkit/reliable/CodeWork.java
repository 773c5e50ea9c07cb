package io.integrationkit.reliable;

import io.integrationkit.call.CodeOperation;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The work of one call.
 *
 * @param body makes an attempt
 * @param fallback answers when the call is given up, or {@code null} if the caller gets the exception
 */
record CodeWork(CodeOperation.Work body, @Nullable Function<Throwable, ? extends @Nullable Object> fallback)
        implements CodeOperation.Work {

    @Override
    public @Nullable Object attempt() throws Throwable {
        return this.body.attempt();
    }
}
