package io.integrationkit.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * Tells whose key a call uses. A bean of this type replaces the one that asks Spring Security for the name of the
 * authenticated principal: the principal and not the credential, so that a rotated API key still finds its results.
 * Asked on the thread of each call; safe for use by any number of threads.
 */
@FunctionalInterface
public interface CallerScope {

    /**
     * Returns who calls.
     *
     * @return a stable name, or {@code null} if nobody is authenticated, as on the thread of a message listener
     */
    @Nullable
    String current();
}
