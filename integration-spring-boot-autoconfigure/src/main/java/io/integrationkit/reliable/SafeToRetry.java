package io.integrationkit.reliable;

/** The user's word on whether a call may do its work twice. */
public enum SafeToRetry {

    /** Doing the work twice does no harm: retried after an unknown outcome. */
    YES,

    /** Doing the work twice does harm: retried only after failures that certainly had no effect. */
    NO,

    /** Nothing is known: retried, with a finding unless the method is {@code @Idempotent}. */
    UNKNOWN
}
