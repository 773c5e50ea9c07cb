package io.integrationkit.sample.process.consumer;

import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.KafkaEventProcessor;
import io.integrationkit.reliable.Reliable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.transaction.annotation.Transactional;

/** Hands the event of each record to two handlers. */
public class EventListener {

    static final String FIRST = "first";

    static final String SECOND = "second";

    private final KafkaEventProcessor events;

    private final Effects effects;

    EventListener(KafkaEventProcessor events, Effects effects) {
        this.events = events;
        this.effects = effects;
    }

    @KafkaListener(id = "events", topics = "events", clientIdPrefix = "${consumer.instance}-events")
    @Reliable(maxAttempts = 1)
    public void on(ConsumerRecord<String, byte[]> received) throws Exception {
        this.events.process(received);
    }

    @EventHandler
    @Transactional
    @Deduplicate(consumer = FIRST)
    public void first(
            Numbered event, @Header(CloudEventHeaders.ID) String id, @Header(CloudEventHeaders.SOURCE) String source) {
        this.effects.of(FIRST, id, event);
    }

    @EventHandler
    @Transactional
    @Deduplicate(consumer = SECOND)
    public void second(
            Numbered event, @Header(CloudEventHeaders.ID) String id, @Header(CloudEventHeaders.SOURCE) String source) {
        this.effects.of(SECOND, id, event);
    }
}
