package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import org.jspecify.annotations.Nullable;

/** Whether a result is one for which the call is tried again. */
@FunctionalInterface
interface ResultCheck {

    /**
     * Judges a result.
     *
     * @param call the call
     * @param result what the method returned
     * @return whether the call is tried again
     * @throws Throwable if it could not be judged; the caller gets it
     */
    boolean unwanted(Call call, @Nullable Object result) throws Throwable;
}
