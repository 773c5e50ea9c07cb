package io.integrationkit.deduplicate;

import org.jspecify.annotations.Nullable;

/** What one call delivers: a message, or a batch of them. Used by one thread at a time. */
interface Delivery {

    /**
     * Receives what is delivered, again if the transaction of an earlier time was rolled back.
     *
     * @return whether anything is left to be handled
     */
    boolean receive();

    /** Says that what was let in was handled. */
    void handled();

    /** Forgets what was let in. */
    void forget();

    /** What the caller gets if nothing was let in. */
    @Nullable
    Object duplicate();
}
