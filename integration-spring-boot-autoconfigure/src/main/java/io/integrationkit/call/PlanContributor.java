package io.integrationkit.call;

/**
 * Port of the features: each adds its stages, settings and findings to the plans of the operations that carry its
 * annotation. Called once for each operation, after the singletons exist.
 */
@FunctionalInterface
public interface PlanContributor {

    /**
     * Adds what this feature does for an operation, or nothing if it is not concerned.
     *
     * @param operation the operation
     * @param plan the plan being built
     * @throws InvalidOperationException if the method carries the feature's annotation in a way that cannot work
     */
    void contribute(Operation operation, PlanBuilder plan);
}
