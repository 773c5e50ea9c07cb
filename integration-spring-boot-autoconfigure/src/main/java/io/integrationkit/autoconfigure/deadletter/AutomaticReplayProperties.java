package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.replay.AutomaticReplaySettings;
import java.util.Set;

/** Settings of the automatic replay. */
public final class AutomaticReplayProperties {

    /** Whether temporary failures of a policy's calls are replayed when its circuit breaker closes. */
    private boolean enabled = false;

    /** Maximum number of entries a second. */
    private double rate = 10;

    /** Maximum number of entries of a job. */
    private int maxEntries = 10_000;

    /** Comma-separated list of the policies whose circuit breakers count. All if empty. */
    private Set<String> policies = Set.of();

    AutomaticReplaySettings toSettings() {
        return new AutomaticReplaySettings(this.rate, this.maxEntries, this.policies);
    }

    public boolean isEnabled() {
        return this.enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public double getRate() {
        return this.rate;
    }

    public void setRate(double rate) {
        this.rate = rate;
    }

    public int getMaxEntries() {
        return this.maxEntries;
    }

    public void setMaxEntries(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    public Set<String> getPolicies() {
        return this.policies;
    }

    public void setPolicies(Set<String> policies) {
        this.policies = policies;
    }
}
