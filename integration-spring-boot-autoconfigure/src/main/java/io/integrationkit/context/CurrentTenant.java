package io.integrationkit.context;

import org.jspecify.annotations.Nullable;

/**
 * Tells for which tenant a thread works. Where the application has a bean of this type, idempotency keys of different
 * tenants never meet. Asked on the thread of each call; safe for use by any number of threads.
 */
@FunctionalInterface
public interface CurrentTenant {

    /**
     * Returns the tenant.
     *
     * @return its stable id, or {@code null} if the thread works for none
     */
    @Nullable
    String id();
}
