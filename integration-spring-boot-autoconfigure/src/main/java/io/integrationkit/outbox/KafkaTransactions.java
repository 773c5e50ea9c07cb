package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Redaction;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions of Kafka. The transactional id of a shard holds the incarnation of the table, so that the outboxes of two
 * tables never fence each other.
 */
final class KafkaTransactions implements ShardTransactions {

    private static final Logger logger = LoggerFactory.getLogger(KafkaTransactions.class);

    private final KafkaMessageDestination destination;

    private final OutboxSpec spec;

    private final Map<String, Object> settings;

    private final Function<Map<String, Object>, Producer<byte[], byte[]>> producers;

    private final Supplier<String> incarnation;

    private final ProgressTopic progress;

    private final TransactionChecks checks;

    private volatile @Nullable String known;

    private volatile boolean checked;

    /**
     * Creates them; connects when asked to.
     *
     * @param destination what delivers to Kafka otherwise
     * @param settings settings of its producer
     * @param producers makes producers
     * @param incarnation tells which incarnation of the table this is, or that the topic is not that of the table
     */
    KafkaTransactions(
            KafkaMessageDestination destination,
            OutboxSpec spec,
            Map<String, Object> settings,
            Function<Map<String, Object>, Producer<byte[], byte[]>> producers,
            Supplier<String> incarnation,
            TimeSource time) {
        TransactionSpec ofMode = spec.destinations().transactions();
        this.destination = destination;
        this.spec = spec;
        this.settings = settings;
        this.producers = producers;
        this.incarnation = incarnation;
        this.progress = new ProgressTopic(ofMode.progressTopic(), settings, spec.deliveryTimeout(), time);
        this.checks = new TransactionChecks(ofMode, spec.shards(), settings);
    }

    @Override
    public boolean covers(MessageDestination other) {
        return other == this.destination;
    }

    /** Brokers that do not answer are no reason not to start: they are asked again before the first transaction. */
    @Override
    public void prepare() {
        incarnation();
        try {
            checkOnce();
        } catch (KafkaException ex) {
            logger.warn(
                    "The brokers do not answer; what transactions need is checked before the first one ({})",
                    Redaction.STANDARD.of(ex.toString()));
        }
    }

    private void checkOnce() {
        if (!this.checked) {
            this.checks.run();
            this.checked = true;
        }
    }

    @Override
    public Session open(int shard) {
        checkOnce();
        String current = incarnation();
        Producer<byte[], byte[]> producer = this.producers.apply(KafkaProducerSettings.transactional(
                this.settings, this.spec, "integration-outbox-%s-%d".formatted(current, shard), shard));
        KafkaShardSession session = new KafkaShardSession(shard, current, producer, this.progress);
        try {
            session.begin();
        } catch (RuntimeException ex) {
            session.close();
            throw ex;
        }
        return session;
    }

    private String incarnation() {
        String current = this.known;
        if (current == null) {
            current = this.incarnation.get();
            this.known = current;
        }
        return current;
    }
}
