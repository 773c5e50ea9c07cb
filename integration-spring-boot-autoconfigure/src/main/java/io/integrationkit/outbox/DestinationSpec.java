package io.integrationkit.outbox;

/**
 * Settings of one destination.
 *
 * @param onRefused what becomes of a key whose first message cannot be delivered for good
 */
public record DestinationSpec(HeadPolicy onRefused) {}
