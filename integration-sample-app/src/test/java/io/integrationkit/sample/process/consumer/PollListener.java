package io.integrationkit.sample.process.consumer;

import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.KafkaEventProcessor;
import io.integrationkit.reliable.Reliable;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.transaction.annotation.Transactional;

/** Hands the events of a poll to two handlers, to one several keys at a time, to the other one all at once. */
public class PollListener {

    static final String KEY_BY_KEY = "key-by-key";

    static final String TOGETHER = "together";

    private final KafkaEventProcessor events;

    private final Effects effects;

    PollListener(KafkaEventProcessor events, Effects effects) {
        this.events = events;
        this.effects = effects;
    }

    @KafkaListener(id = "polls", topics = "polls", clientIdPrefix = "${consumer.instance}-polls", batch = "true")
    @Reliable(maxAttempts = 1)
    public void on(List<ConsumerRecord<String, byte[]>> received) {
        this.events.process(received);
    }

    @EventHandler
    @Transactional
    @Deduplicate(consumer = KEY_BY_KEY)
    public void keyByKey(Polled event) {
        effect(KEY_BY_KEY, event);
    }

    @EventHandler
    @Transactional
    @Deduplicate(consumer = TOGETHER)
    public void together(List<Polled> events) {
        events.forEach((event) -> effect(TOGETHER, event));
    }

    private void effect(String handler, Polled event) {
        this.effects.of(handler, EventPlan.id(event.key(), event.sequence()), event.numbered());
    }
}
