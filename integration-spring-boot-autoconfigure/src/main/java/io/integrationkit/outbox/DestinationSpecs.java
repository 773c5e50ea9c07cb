package io.integrationkit.outbox;

import java.util.Map;

/**
 * Settings of all destinations.
 *
 * @param others settings of the destinations that are not named
 * @param named settings by name of the destination; copied
 * @param transactions settings of the destinations that are sent to in transactions
 */
public record DestinationSpecs(
        DestinationSpec others, Map<String, DestinationSpec> named, TransactionSpec transactions) {

    public DestinationSpecs {
        named = Map.copyOf(named);
    }

    /**
     * Returns the same settings for all destinations.
     *
     * @param onRefused what becomes of a key whose first message cannot be delivered for good
     * @return the settings
     */
    public static DestinationSpecs all(HeadPolicy onRefused) {
        return new DestinationSpecs(
                new DestinationSpec(onRefused, SendMode.STRICT), Map.of(), TransactionSpec.of("application"));
    }

    /**
     * Returns the settings of a destination.
     *
     * @param destination its name
     * @return its own settings, or those of the others
     */
    public DestinationSpec of(String destination) {
        return this.named.getOrDefault(destination, this.others);
    }

    /** Whether messages to any destination may be sent in that mode. */
    boolean uses(SendMode mode) {
        return this.others.sendMode() == mode
                || this.named.values().stream().anyMatch((destination) -> destination.sendMode() == mode);
    }
}
