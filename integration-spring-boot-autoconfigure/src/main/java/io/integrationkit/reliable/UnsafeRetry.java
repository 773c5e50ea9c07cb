package io.integrationkit.reliable;

/**
 * What happens to operations that may do their work twice: retried, neither {@code @Idempotent} nor declared
 * {@link SafeToRetry#YES} or {@link SafeToRetry#NO}.
 */
public enum UnsafeRetry {

    /** An attempt whose outcome is unknown is repeated; start-up reports a finding. */
    RETRY,

    /** An attempt whose outcome is unknown is not repeated. */
    SKIP,

    /** The application does not start. */
    REFUSE
}
