package io.integrationkit.sample.demo;

/**
 * What the policies of the hub did in a run. Waits and lookups were counted by the chat; the other figures are the hub's
 * own, and decide nothing.
 *
 * @param retryAfterKept deliveries that came again after a 429 as late as its {@code Retry-After} asked
 * @param retryAfterBroken deliveries that came again too soon
 * @param budgetRefusals calls given up because their policy had retried too large a share of its calls
 * @param lookups questions for display names that the chat got
 * @param fallbacks display names for which the login stood in
 * @param policyChanges policies changed in the middle of the run
 * @param lookupsPer100Before lookups for each hundred messages before that
 * @param lookupsPer100After the same after it
 */
public record ReliabilityFigures(
        int retryAfterKept,
        int retryAfterBroken,
        long budgetRefusals,
        int lookups,
        long fallbacks,
        int policyChanges,
        int lookupsPer100Before,
        int lookupsPer100After) {}
