package io.integrationkit.reliable;

import io.integrationkit.call.Setting;
import java.util.List;

/**
 * What is in force for one operation: one reference that a run-time change swaps. Read anew for each call, so that a
 * change acts on the next one. Safe for use by any number of threads.
 */
final class OperationPolicy {

    private volatile Policy current;

    OperationPolicy(Policy current) {
        this.current = current;
    }

    /**
     * Returns what is in force now; one call must read it once.
     *
     * @return the values
     */
    Policy current() {
        return this.current;
    }

    List<Setting> settings() {
        return current().settings();
    }
}
