package io.integrationkit.sample.process.repair;

import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.event.EventHandler;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.idempotency.Idempotent;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.transaction.annotation.Transactional;

/** An operation, a handler of events and a listener, as a user writes them. */
public class Shipments {

    static final String TOPIC = "orders";

    private final Effects effects;

    Shipments(Effects effects) {
        this.effects = effects;
    }

    /** Called by whoever takes an order. */
    @Reliable(maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
    @Idempotent(key = "#customer + '-' + #number", ttl = "1h")
    @Transactional
    public void ship(int customer, long number) {
        this.effects.of(Way.CALL, new Order(customer, number), FailureCategory.TEMPORARY);
    }

    /** Gets each order by the outbox. */
    @EventHandler
    @Deduplicate(consumer = "bill")
    @Transactional
    public void bill(Order order) {
        this.effects.of(Way.MESSAGE, order, FailureCategory.PERMANENT);
    }

    /** Gets each order from the topic. */
    @KafkaListener(id = "pack", topics = TOPIC)
    @Deduplicate(consumer = "pack")
    @Transactional
    public void pack(ConsumerRecord<String, byte[]> received) {
        this.effects.of(Way.RECORD, Order.of(received.value()), FailureCategory.PERMANENT);
    }
}
