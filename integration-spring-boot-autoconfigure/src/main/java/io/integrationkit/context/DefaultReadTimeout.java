package io.integrationkit.context;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Port: the read time-out of HTTP clients for which the application has set none. Asked whenever a client is made, so
 * it must not need one itself.
 */
@FunctionalInterface
public interface DefaultReadTimeout {

    /**
     * Returns the time-out.
     *
     * @return the time-out, or {@code null} to leave such clients without one
     */
    @Nullable
    Duration get();
}
