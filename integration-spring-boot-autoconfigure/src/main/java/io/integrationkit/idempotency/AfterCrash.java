package io.integrationkit.idempotency;

/** What becomes of a key whose call began and never told how it ended: the process died, or outlived its lease. */
public enum AfterCrash {
    /** The next call does the work, although it may have been done. */
    RE_EXECUTE,
    /** The next calls are refused as of unknown outcome, until the key is forgotten or an operator releases it. */
    REFUSE,
    /** The next call asks the {@link Reconciler} of the operation whether the work was done. */
    RECONCILE
}
