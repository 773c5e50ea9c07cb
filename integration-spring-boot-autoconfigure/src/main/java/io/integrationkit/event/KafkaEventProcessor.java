package io.integrationkit.event;

import io.integrationkit.failure.ProblemException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Hands the events of Kafka records to the {@link EventHandler} methods of their types: call it from a
 * {@code @KafkaListener} that gets {@code ConsumerRecord}s with bytes or text. Safe for use by any number of threads.
 */
public final class KafkaEventProcessor {

    private final KafkaEvents events;

    private final EventProcessor processor;

    /**
     * Creates a processor.
     *
     * @param events recognises events in records
     * @param processor hands them on
     */
    public KafkaEventProcessor(KafkaEvents events, EventProcessor processor) {
        this.events = events;
        this.processor = processor;
    }

    /**
     * Handles a record.
     *
     * @param consumed the record; its value is bytes or text
     * @throws ProblemException INT-319 if the record wants to be a CloudEvent but is not; INT-320 if it is none, or has no
     *     handler, and the policy is not to skip it
     * @throws Exception as {@link EventProcessor#process}
     */
    public void process(ConsumerRecord<?, ?> consumed) throws Exception {
        ReceivedEvent event = this.events.read(consumed);
        if (event == null) {
            this.processor.unhandled(null, consumed.topic());
        } else {
            this.processor.process(event, consumed.topic());
        }
    }
}
