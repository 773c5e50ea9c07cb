package io.integrationkit.reliable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the configuration says about reliable calls.
 *
 * @param defaults settings below all policies
 * @param policies settings by name of the policy
 * @param unsafeRetry what happens to operations that may do their work twice
 */
public record ReliableSettings(PolicySettings defaults, Map<String, PolicySettings> policies, UnsafeRetry unsafeRetry) {

    /** Settings that say nothing. */
    public static final ReliableSettings NONE = new ReliableSettings(PolicySettings.NONE, Map.of(), UnsafeRetry.RETRY);

    public ReliableSettings {
        policies = Collections.unmodifiableMap(new LinkedHashMap<>(policies));
    }
}
