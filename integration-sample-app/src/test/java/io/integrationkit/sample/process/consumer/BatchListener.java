package io.integrationkit.sample.process.consumer;

import io.integrationkit.deduplicate.Deduplicate;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.transaction.annotation.Transactional;

/** Gets as many records as there are, without those that were handled before. */
public class BatchListener {

    static final String HANDLER = "batch";

    private final Effects effects;

    BatchListener(Effects effects) {
        this.effects = effects;
    }

    @KafkaListener(id = "batch", topics = "batch", clientIdPrefix = "${consumer.instance}-batch", batch = "true")
    @Transactional
    @Deduplicate(consumer = HANDLER)
    public void on(List<ConsumerRecord<String, byte[]>> received) {
        received.forEach((one) -> this.effects.of(HANDLER, one));
    }
}
