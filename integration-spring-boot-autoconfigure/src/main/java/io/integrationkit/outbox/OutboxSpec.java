package io.integrationkit.outbox;

import io.integrationkit.failure.ProblemCode;
import java.time.Duration;

/**
 * Settings of the outbox, checked once.
 *
 * @param source which application publishes; the source attribute of its events
 * @param shards number of shards; fixed when the table is first used
 * @param batchSize most messages the relay sends at once, all shards together; as many again are read ahead
 * @param maxMessageSize most bytes of payload, headers and key together
 * @param lease how long a shard stays with an instance that does not renew it
 * @param deliveryTimeout most time from the beginning of a send to its end
 * @param leaseMargin time between the latest end of a send and the end of the lease, for clocks and network
 * @param pollMin wait between two reads while messages come
 * @param pollMax wait between two reads after a long silence
 * @param memoryCapacity most messages an outbox in memory holds
 * @param sessionGrace how long an instance must be without its session before others take its shards over although its
 *     leases have not ended; zero for never
 * @param publishing settings of the publishing side
 * @param destinations settings by destination
 * @param reading how the relay looks for messages
 */
public record OutboxSpec(
        String source,
        int shards,
        int batchSize,
        long maxMessageSize,
        Duration lease,
        Duration deliveryTimeout,
        Duration leaseMargin,
        Duration pollMin,
        Duration pollMax,
        int memoryCapacity,
        Duration sessionGrace,
        PublishSpec publishing,
        DestinationSpecs destinations,
        Reading reading) {

    private static final Duration SHORTEST_GRACE = Duration.ofMillis(200);

    public OutboxSpec {
        check(!source.isBlank(), "source", source, "a name");
        check(shards >= 1 && shards <= 4096, "shards", shards, "between 1 and 4096");
        check(batchSize >= 1 && batchSize <= 10_000, "batch-size", batchSize, "between 1 and 10000");
        check(maxMessageSize >= 1024, "max-message-size", maxMessageSize + "B", "at least 1KB");
        check(deliveryTimeout.toMillis() >= 1000, "delivery-timeout", deliveryTimeout, "at least 1s");
        check(!leaseMargin.isNegative(), "lease-margin", leaseMargin, "not negative");
        check(pollMin.toMillis() >= 1, "poll-interval-min", pollMin, "at least 1ms");
        check(pollMax.compareTo(pollMin) >= 0, "poll-interval-max", pollMax, "at least poll-interval-min");
        check(memoryCapacity >= 1, "memory-capacity", memoryCapacity, "at least 1");
        check(
                sessionGrace.isZero()
                        || (sessionGrace.compareTo(SHORTEST_GRACE) >= 0 && sessionGrace.compareTo(lease) < 0),
                "session-grace",
                sessionGrace,
                "0, or at least 200ms and less than integration.outbox.lease");
        checkLease(lease, deliveryTimeout, leaseMargin);
    }

    /**
     * How the relay looks for messages.
     *
     * @param sweepInterval how often each shard is read from its lowest id on, whatever is known about it
     * @param notifying whether instances tell each other of messages, where the database can
     */
    public record Reading(Duration sweepInterval, boolean notifying) {

        public Reading {
            check(sweepInterval.toMillis() >= 10, "sweep-interval", sweepInterval, "at least 10ms");
        }
    }

    static void check(boolean valid, String property, Object value, String expected) {
        if (!valid) {
            throw new OutboxConfigurationException(
                    ProblemCode.INVALID_SETTING,
                    "integration.outbox.%s=%s cannot work".formatted(property, value),
                    "Set integration.outbox.%s to %s.".formatted(property, expected),
                    null);
        }
    }

    private static void checkLease(Duration lease, Duration deliveryTimeout, Duration leaseMargin) {
        Duration taken = deliveryTimeout.plus(leaseMargin);
        if (taken.compareTo(lease) >= 0) {
            throw new OutboxConfigurationException(
                    ProblemCode.OUTBOX_LEASE_TIMES,
                    ("A send may take %s (integration.outbox.delivery-timeout) and %s are kept free"
                                    + " (integration.outbox.lease-margin), which leaves nothing of a lease of %s"
                                    + " (integration.outbox.lease)")
                            .formatted(deliveryTimeout, leaseMargin, lease),
                    "Make integration.outbox.lease longer than %s, or the other two shorter.".formatted(taken),
                    null);
        }
    }

    /**
     * Returns how long after a renewal was asked for a send may still begin.
     *
     * @return what delivery and margin leave of the lease; positive
     */
    Duration sendWindow() {
        return this.lease.minus(this.deliveryTimeout).minus(this.leaseMargin);
    }
}
