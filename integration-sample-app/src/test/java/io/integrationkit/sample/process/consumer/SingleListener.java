package io.integrationkit.sample.process.consumer;

import io.integrationkit.deduplicate.Deduplicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.transaction.annotation.Transactional;

/** Gets one record at a time. */
public class SingleListener {

    static final String HANDLER = "single";

    private final Effects effects;

    SingleListener(Effects effects) {
        this.effects = effects;
    }

    @KafkaListener(id = "single", topics = "single", clientIdPrefix = "${consumer.instance}-single")
    @Transactional
    @Deduplicate(consumer = HANDLER)
    public void on(ConsumerRecord<String, byte[]> received) {
        this.effects.of(HANDLER, received);
    }
}
