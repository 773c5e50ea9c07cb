package io.integrationkit.idempotency;

/** Whose keys meet. */
public enum KeyScope {
    /** {@link #PRINCIPAL} where Spring Security or a {@link CallerScope} bean tells who calls, otherwise {@link #GLOBAL}. */
    DEFAULT,
    /** Each caller has keys of its own, and never sees the result of another's. */
    PRINCIPAL,
    /** All callers share their keys. */
    GLOBAL
}
