package io.integrationkit.event;

import io.integrationkit.failure.ProblemException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Hands the events of Kafka records to the {@link EventHandler} methods of their types: call it from a
 * {@code @KafkaListener} that gets {@code ConsumerRecord}s with bytes or text, one by one or in batches. Safe for use by any number of threads.
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

    /**
     * Handles the records of a poll: those of a key one after the other in their order, those of different keys of a
     * partition and those of different partitions at the same time ({@code integration.events.concurrency}). Records without
     * a key have no order. Call it from a batch listener; where the listener carries an annotation of ours, exactly what is
     * not handled is delivered again, and offsets are committed only up to the first of these.
     *
     * @param batch {@code ConsumerRecords}, or a list of records; their values are bytes or text
     * @throws EventsNotHandledException if some are not handled
     */
    public void process(Iterable<? extends ConsumerRecord<?, ?>> batch) {
        List<ConsumerRecord<?, ?>> records = new ArrayList<>();
        batch.forEach(records::add);
        this.processor.processAll(records, this.events::readDecoded, Lane::of, ConsumerRecord::topic);
    }

    /** What has an order: the records of a partition with the same key. */
    private record Lane(String topic, int partition, Object key) {

        static @Nullable Object of(ConsumerRecord<?, ?> consumed) {
            Object key = consumed.key();
            if (key == null) {
                return null;
            }
            return new Lane(
                    consumed.topic(),
                    consumed.partition(),
                    (key instanceof byte[] bytes) ? ByteBuffer.wrap(bytes) : key);
        }
    }
}
