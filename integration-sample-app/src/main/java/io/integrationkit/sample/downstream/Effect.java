package io.integrationkit.sample.downstream;

/**
 * Something the downstream did: a message it really posted.
 *
 * @param deliveryId id of the delivery behind it
 * @param key what the delivery was ordered by
 * @param sequence the delivery's place among those of its key
 * @param order how many effects came before this one
 * @param atNanos when it happened, as the time source's monotonic reading
 */
public record Effect(String deliveryId, String key, long sequence, int order, long atNanos) {}
