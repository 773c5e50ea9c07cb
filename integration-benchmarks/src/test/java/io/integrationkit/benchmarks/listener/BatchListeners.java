package io.integrationkit.benchmarks.listener;

import io.integrationkit.deduplicate.Deduplicate;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.transaction.annotation.Transactional;

/** The same batch listener without and with the inbox. */
final class BatchListeners {

    static final String TOPIC = "batches";

    static final String PLAIN = "plain-batches";

    static final String DEDUPLICATED = "deduplicated-batches";

    static final String TOPIC_EACH = "batches-each";

    static final String PLAIN_EACH = "plain-batches-each";

    static final String DEDUPLICATED_EACH = "deduplicated-batches-each";

    private static final String BATCH_SIZE = "max.poll.records=100";

    private BatchListeners() {}

    /** Handles what comes. */
    static class Plain {

        private final Progress progress;

        private final Effects effects;

        Plain(Progress progress, Effects effects) {
            this.progress = progress;
            this.effects = effects;
        }

        @KafkaListener(id = PLAIN, topics = TOPIC, autoStartup = "false", batch = "true", properties = BATCH_SIZE)
        @Transactional
        public void on(List<ConsumerRecord<String, byte[]>> orders) {
            this.progress.begins(orders.size());
            this.effects.write(PLAIN, orders);
        }
    }

    /** Handles each message once. */
    static class Deduplicated {

        private final Progress progress;

        private final Effects effects;

        Deduplicated(Progress progress, Effects effects) {
            this.progress = progress;
            this.effects = effects;
        }

        @KafkaListener(
                id = DEDUPLICATED,
                topics = TOPIC,
                autoStartup = "false",
                batch = "true",
                properties = BATCH_SIZE)
        @Transactional
        @Deduplicate
        public void on(List<ConsumerRecord<String, byte[]>> orders) {
            this.progress.begins(orders.size());
            this.effects.write(DEDUPLICATED, orders);
        }
    }

    /** Handles what comes, one statement after the other. */
    static class PlainEach {

        private final Progress progress;

        private final Effects effects;

        PlainEach(Progress progress, Effects effects) {
            this.progress = progress;
            this.effects = effects;
        }

        @KafkaListener(
                id = PLAIN_EACH,
                topics = TOPIC_EACH,
                autoStartup = "false",
                batch = "true",
                properties = BATCH_SIZE)
        @Transactional
        public void on(List<ConsumerRecord<String, byte[]>> orders) {
            this.progress.begins(orders.size());
            this.effects.writeEach(PLAIN_EACH, orders);
        }
    }

    /** Handles each message once, one statement after the other. */
    static class DeduplicatedEach {

        private final Progress progress;

        private final Effects effects;

        DeduplicatedEach(Progress progress, Effects effects) {
            this.progress = progress;
            this.effects = effects;
        }

        @KafkaListener(
                id = DEDUPLICATED_EACH,
                topics = TOPIC_EACH,
                autoStartup = "false",
                batch = "true",
                properties = BATCH_SIZE)
        @Transactional
        @Deduplicate
        public void on(List<ConsumerRecord<String, byte[]>> orders) {
            this.progress.begins(orders.size());
            this.effects.writeEach(DEDUPLICATED_EACH, orders);
        }
    }
}
