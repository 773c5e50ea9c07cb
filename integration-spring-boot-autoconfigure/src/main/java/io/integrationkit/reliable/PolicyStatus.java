package io.integrationkit.reliable;

import io.integrationkit.call.Setting;
import java.util.List;

/**
 * A policy at one moment, without the annotations of its operations.
 *
 * @param policy its name
 * @param settings values in force, with their sources
 * @param changes what was changed while the application runs
 */
public record PolicyStatus(String policy, List<Setting> settings, List<PolicyChange> changes) {

    public PolicyStatus {
        settings = List.copyOf(settings);
        changes = List.copyOf(changes);
    }
}
