package io.integrationkit.outbox;

/**
 * Settings of one destination.
 *
 * @param onRefused what becomes of a key whose first message cannot be delivered for good
 * @param sendMode how its messages are sent
 */
public record DestinationSpec(HeadPolicy onRefused, SendMode sendMode) {}
