package io.integrationkit.context;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Port: what is known about the time-outs of the application's HTTP clients. An interrupt does not end a plain socket
 * read, so a call is bounded only where its client has a read time-out.
 */
@FunctionalInterface
public interface ClientTimeouts {

    /** Nothing is known. */
    ClientTimeouts UNKNOWN = () -> null;

    /**
     * Returns the read time-out of clients that the application does not configure one by one.
     *
     * @return the time-out, or {@code null} if none is known
     */
    @Nullable
    Duration readTimeout();
}
