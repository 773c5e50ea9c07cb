package io.integrationkit.autoconfigure.outbox;

import io.integrationkit.outbox.DestinationSpec;
import io.integrationkit.outbox.DestinationSpecs;
import io.integrationkit.outbox.HeadPolicy;
import io.integrationkit.outbox.OutboxSpec;
import io.integrationkit.outbox.PublishSpec;
import io.integrationkit.outbox.SendMode;
import io.integrationkit.outbox.TransactionSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.util.unit.DataSize;

/** Settings of the outbox. */
@ConfigurationProperties(value = "integration.outbox", ignoreUnknownFields = false)
public class OutboxProperties {

    /** Whether messages are published through an outbox. */
    private boolean enabled = true;

    /** Source attribute of the published events. Name of the application if not set. */
    private @Nullable String source;

    /** Number of shards the messages are divided into by their key. Fixed once the table is used. */
    private int shards = 64;

    /** Maximum number of messages the relay sends at once; as many again are read ahead. */
    private int batchSize = 500;

    /** Maximum size of a message: payload, headers and key together. */
    private DataSize maxMessageSize = DataSize.ofBytes(1_000_000);

    /** Time after which the shards of an instance that died are sent by another. */
    private Duration lease = Duration.ofSeconds(15);

    /** Time kept free between the latest end of a send and the end of the lease. */
    private Duration leaseMargin = Duration.ofSeconds(2);

    /** Maximum time a send to a destination may take. */
    private Duration deliveryTimeout = Duration.ofSeconds(8);

    /** Wait between two reads of the table while messages come. */
    private Duration pollIntervalMin = Duration.ofMillis(25);

    /** Wait between two reads of the table after a long silence. */
    private Duration pollIntervalMax = Duration.ofSeconds(1);

    /** Maximum number of messages waiting in memory where there is no database. */
    private int memoryCapacity = 10_000;

    /**
     * Time an instance must be without its session in the database before others send its shards, although its leases
     * have not ended. Zero for never.
     */
    private Duration sessionGrace = Duration.ofSeconds(1);

    /** What keeps the transactions of a key apart: what the application locks itself, or a lock on each key. */
    private PublishSpec.Ordering ordering = PublishSpec.Ordering.BUSINESS_LOCK;

    /** Whether sends to Kafka inside a transaction, beside the outbox, are reported. */
    private boolean dualWriteGuard = true;

    /** Number of messages an event handler of this application handles at once. */
    private int handlerConcurrency = 4;

    @NestedConfigurationProperty
    private final OutboxBackpressureProperties backpressure = new OutboxBackpressureProperties();

    /** What becomes of the other messages of a key when its first one cannot be delivered for good. */
    private HeadPolicy onRefused = HeadPolicy.PARK_KEY;

    /** How messages are sent to Kafka topics. */
    private SendMode sendMode = SendMode.STRICT;

    private final Transactional transactional = new Transactional();

    /** Settings by name of the destination. */
    private Map<String, Destination> destinations = new LinkedHashMap<>();

    /** Time between two reads of all messages of a shard, whatever is known about them. */
    private Duration sweepInterval = Duration.ofSeconds(2);

    /** Whether instances tell each other of new messages; on PostgreSQL only. */
    private boolean notify = true;

    public boolean isEnabled() {
        return this.enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public @Nullable String getSource() {
        return this.source;
    }

    public void setSource(@Nullable String source) {
        this.source = source;
    }

    public int getShards() {
        return this.shards;
    }

    public void setShards(int shards) {
        this.shards = shards;
    }

    public int getBatchSize() {
        return this.batchSize;
    }

    public void setBatchSize(int batchSize) {
        this.batchSize = batchSize;
    }

    public DataSize getMaxMessageSize() {
        return this.maxMessageSize;
    }

    public void setMaxMessageSize(DataSize maxMessageSize) {
        this.maxMessageSize = maxMessageSize;
    }

    public Duration getLease() {
        return this.lease;
    }

    public void setLease(Duration lease) {
        this.lease = lease;
    }

    public Duration getLeaseMargin() {
        return this.leaseMargin;
    }

    public void setLeaseMargin(Duration leaseMargin) {
        this.leaseMargin = leaseMargin;
    }

    public Duration getDeliveryTimeout() {
        return this.deliveryTimeout;
    }

    public void setDeliveryTimeout(Duration deliveryTimeout) {
        this.deliveryTimeout = deliveryTimeout;
    }

    public Duration getPollIntervalMin() {
        return this.pollIntervalMin;
    }

    public void setPollIntervalMin(Duration pollIntervalMin) {
        this.pollIntervalMin = pollIntervalMin;
    }

    public Duration getPollIntervalMax() {
        return this.pollIntervalMax;
    }

    public void setPollIntervalMax(Duration pollIntervalMax) {
        this.pollIntervalMax = pollIntervalMax;
    }

    public int getMemoryCapacity() {
        return this.memoryCapacity;
    }

    public void setMemoryCapacity(int memoryCapacity) {
        this.memoryCapacity = memoryCapacity;
    }

    public Duration getSessionGrace() {
        return this.sessionGrace;
    }

    public void setSessionGrace(Duration sessionGrace) {
        this.sessionGrace = sessionGrace;
    }

    public PublishSpec.Ordering getOrdering() {
        return this.ordering;
    }

    public void setOrdering(PublishSpec.Ordering ordering) {
        this.ordering = ordering;
    }

    public int getHandlerConcurrency() {
        return this.handlerConcurrency;
    }

    public void setHandlerConcurrency(int handlerConcurrency) {
        this.handlerConcurrency = handlerConcurrency;
    }

    public boolean isDualWriteGuard() {
        return this.dualWriteGuard;
    }

    public void setDualWriteGuard(boolean dualWriteGuard) {
        this.dualWriteGuard = dualWriteGuard;
    }

    public OutboxBackpressureProperties getBackpressure() {
        return this.backpressure;
    }

    public HeadPolicy getOnRefused() {
        return this.onRefused;
    }

    public void setOnRefused(HeadPolicy onRefused) {
        this.onRefused = onRefused;
    }

    public SendMode getSendMode() {
        return this.sendMode;
    }

    public void setSendMode(SendMode sendMode) {
        this.sendMode = sendMode;
    }

    public Transactional getTransactional() {
        return this.transactional;
    }

    public Map<String, Destination> getDestinations() {
        return this.destinations;
    }

    public void setDestinations(Map<String, Destination> destinations) {
        this.destinations = destinations;
    }

    public Duration getSweepInterval() {
        return this.sweepInterval;
    }

    public void setSweepInterval(Duration sweepInterval) {
        this.sweepInterval = sweepInterval;
    }

    public boolean isNotify() {
        return this.notify;
    }

    public void setNotify(boolean notify) {
        this.notify = notify;
    }

    OutboxSpec toSpec(String applicationName) {
        String publisher = (this.source != null) ? this.source : applicationName;
        return new OutboxSpec(
                publisher,
                this.shards,
                this.batchSize,
                this.maxMessageSize.toBytes(),
                this.lease,
                this.deliveryTimeout,
                this.leaseMargin,
                this.pollIntervalMin,
                this.pollIntervalMax,
                this.memoryCapacity,
                this.sessionGrace,
                new PublishSpec(this.ordering, this.backpressure.toBackpressure(), this.handlerConcurrency),
                destinationSpecs(publisher),
                new OutboxSpec.Reading(this.sweepInterval, this.notify));
    }

    private DestinationSpecs destinationSpecs(String publisher) {
        DestinationSpec others = new DestinationSpec(this.onRefused, this.sendMode);
        Map<String, DestinationSpec> named = new LinkedHashMap<>();
        this.destinations.forEach((name, destination) -> named.put(name, destination.toSpec(others)));
        return new DestinationSpecs(others, named, this.transactional.toSpec(publisher));
    }

    /** Settings of destinations that are sent to in transactions. */
    public static class Transactional {

        /** Topic in which the transactions of all instances note what they held. Named after the source if not set. */
        private @Nullable String progressTopic;

        /** Whether the topic is created if it is not there. */
        private boolean createTopic = true;

        public @Nullable String getProgressTopic() {
            return this.progressTopic;
        }

        public void setProgressTopic(@Nullable String progressTopic) {
            this.progressTopic = progressTopic;
        }

        public boolean isCreateTopic() {
            return this.createTopic;
        }

        public void setCreateTopic(boolean createTopic) {
            this.createTopic = createTopic;
        }

        private TransactionSpec toSpec(String publisher) {
            String topic = this.progressTopic;
            return new TransactionSpec(
                    (topic != null) ? topic : TransactionSpec.of(publisher).progressTopic(), this.createTopic);
        }
    }

    /** Settings of one destination; what is not set is as for all. */
    public static class Destination {

        /** What becomes of the other messages of a key when its first one cannot be delivered for good. */
        private @Nullable HeadPolicy onRefused;

        /** How its messages are sent. */
        private @Nullable SendMode sendMode;

        public @Nullable HeadPolicy getOnRefused() {
            return this.onRefused;
        }

        public void setOnRefused(@Nullable HeadPolicy onRefused) {
            this.onRefused = onRefused;
        }

        public @Nullable SendMode getSendMode() {
            return this.sendMode;
        }

        public void setSendMode(@Nullable SendMode sendMode) {
            this.sendMode = sendMode;
        }

        private DestinationSpec toSpec(DestinationSpec others) {
            return new DestinationSpec(
                    (this.onRefused != null) ? this.onRefused : others.onRefused(),
                    (this.sendMode != null) ? this.sendMode : others.sendMode());
        }
    }
}
