package io.integrationkit.reliable;

/**
 * Recovers calls that are given up. Beans of this type are asked in their {@code @Order}, after the {@link OnFailure}
 * methods and before the operation's own fallback, about each call of each {@link Reliable} operation that is given up;
 * the first that does not propagate decides.
 *
 * <p>Called from any thread.
 */
@FunctionalInterface
public interface FailureHandler {

    /**
     * Decides what becomes of a call.
     *
     * @param call the call that is given up
     * @return {@link Recovery#with a value} for the caller, or {@link Recovery#propagate()} to leave it to the others
     * @throws Throwable in the place of the failure
     */
    Recovery handle(FailedCall call) throws Throwable;
}
