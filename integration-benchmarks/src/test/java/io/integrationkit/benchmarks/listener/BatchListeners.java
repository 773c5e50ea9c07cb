package io.integrationkit.benchmarks.listener;

import io.integrationkit.deduplicate.Deduplicate;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.transaction.annotation.Transactional;

/** The same listener of batches without and with the inbox, and with one statement or one for each record. */
class BatchListeners {

    static final String TOPIC = "batches";

    static final String PLAIN = "plain-batches";

    static final String DEDUPLICATED = "deduplicated-batches";

    static final String TOPIC_EACH = "batches-each";

    static final String PLAIN_EACH = "plain-batches-each";

    static final String DEDUPLICATED_EACH = "deduplicated-batches-each";

    private static final String BATCH_SIZE = "max.poll.records=100";

    private final Progress progress;

    private final Effects effects;

    BatchListeners(Progress progress, Effects effects) {
        this.progress = progress;
        this.effects = effects;
    }

    /** Handles what comes. */
    @KafkaListener(id = PLAIN, topics = TOPIC, autoStartup = "false", batch = "true", properties = BATCH_SIZE)
    @Transactional
    public void plain(List<ConsumerRecord<String, byte[]>> orders) {
        this.progress.begins(orders.size());
        this.effects.write(PLAIN, orders);
    }

    /** Handles each message once. */
    @KafkaListener(id = DEDUPLICATED, topics = TOPIC, autoStartup = "false", batch = "true", properties = BATCH_SIZE)
    @Transactional
    @Deduplicate
    public void deduplicated(List<ConsumerRecord<String, byte[]>> orders) {
        this.progress.begins(orders.size());
        this.effects.write(DEDUPLICATED, orders);
    }

    /** Handles what comes, one statement after the other. */
    @KafkaListener(id = PLAIN_EACH, topics = TOPIC_EACH, autoStartup = "false", batch = "true", properties = BATCH_SIZE)
    @Transactional
    public void plainEach(List<ConsumerRecord<String, byte[]>> orders) {
        this.progress.begins(orders.size());
        this.effects.writeEach(PLAIN_EACH, orders);
    }

    /** Handles each message once, one statement after the other. */
    @KafkaListener(
            id = DEDUPLICATED_EACH,
            topics = TOPIC_EACH,
            autoStartup = "false",
            batch = "true",
            properties = BATCH_SIZE)
    @Transactional
    @Deduplicate
    public void deduplicatedEach(List<ConsumerRecord<String, byte[]>> orders) {
        this.progress.begins(orders.size());
        this.effects.writeEach(DEDUPLICATED_EACH, orders);
    }
}
