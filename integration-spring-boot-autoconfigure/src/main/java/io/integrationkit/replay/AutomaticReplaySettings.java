package io.integrationkit.replay;

import io.integrationkit.call.InvalidOperationException;
import java.util.Set;

/**
 * Settings of the automatic replay.
 *
 * @param rate entries a second at most
 * @param maxEntries entries of a job at most
 * @param policies policies whose breakers count; empty for all; copied
 */
public record AutomaticReplaySettings(double rate, int maxEntries, Set<String> policies) {

    private static final String PREFIX = "integration.dead-letters.automatic-replay.";

    /**
     * Checks the settings.
     *
     * @throws InvalidOperationException if one of them cannot work
     */
    public AutomaticReplaySettings {
        policies = Set.copyOf(policies);
        if (!(rate >= ReplayRequest.SLOWEST && rate <= ReplayRequest.FASTEST)) {
            throw InvalidOperationException.ofSetting(
                    PREFIX + "rate=" + rate, "is not from 0.001 to 1000000 entries a second", "a number such as 10");
        }
        if (maxEntries < 1) {
            throw InvalidOperationException.ofSetting(
                    PREFIX + "max-entries=" + maxEntries, "leaves nothing to replay", "a number such as 1000");
        }
    }
}
