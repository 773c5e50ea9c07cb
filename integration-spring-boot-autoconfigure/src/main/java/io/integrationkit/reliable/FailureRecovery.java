package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.failure.Failure;
import org.jspecify.annotations.Nullable;

/** The handlers of failures of one operation, by category. Safe for use by any number of threads. */
interface FailureRecovery {

    /**
     * Tells whether somebody handles this failure.
     *
     * @param failure the failure
     * @param thrown its exception
     * @return whether {@link #recover} may be called
     */
    boolean handles(Failure failure, Throwable thrown);

    /**
     * Has the failure handled.
     *
     * @param call the call
     * @param failure the failure
     * @param thrown its exception
     * @return what the caller gets
     * @throws Throwable what the caller gets instead
     */
    @Nullable
    Object recover(Call call, Failure failure, Throwable thrown) throws Throwable;
}
