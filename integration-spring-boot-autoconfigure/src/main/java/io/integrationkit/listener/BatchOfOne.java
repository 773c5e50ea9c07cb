package io.integrationkit.listener;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.GenericMessageListener;
import org.springframework.kafka.listener.ListenerUtils;
import org.springframework.kafka.support.Acknowledgment;

/** Calls a batch listener with single records, as its container would. */
final class BatchOfOne {

    private final GenericMessageListener<Object> listener;

    /** The same listener, if it takes the result of a poll as it is. */
    private final @Nullable BatchMessageListener<?, ?> polls;

    private final Consumer<?, ?> consumer;

    /**
     * Creates the caller.
     *
     * @param listener the listener of a container whose batch failed
     */
    @SuppressWarnings("unchecked")
    BatchOfOne(Object listener, Consumer<?, ?> consumer) {
        this.listener = (GenericMessageListener<Object>) listener;
        this.polls =
                (listener instanceof BatchMessageListener<?, ?> batches && batches.wantsPollResult()) ? batches : null;
        this.consumer = consumer;
    }

    static TopicPartition partition(ConsumerRecord<?, ?> received) {
        return new TopicPartition(received.topic(), received.partition());
    }

    void handle(ConsumerRecord<?, ?> received) {
        Acknowledgment acknowledgment = new OffsetAcknowledgment(received);
        if (this.polls != null) {
            poll(this.polls, received, acknowledgment);
            return;
        }
        List<ConsumerRecord<?, ?>> batch = List.of(received);
        switch (ListenerUtils.determineListenerType(this.listener)) {
            case ACKNOWLEDGING_CONSUMER_AWARE -> this.listener.onMessage(batch, acknowledgment, this.consumer);
            case ACKNOWLEDGING -> this.listener.onMessage(batch, acknowledgment);
            case CONSUMER_AWARE -> this.listener.onMessage(batch, this.consumer);
            case SIMPLE -> this.listener.onMessage(batch);
        }
    }

    @SuppressWarnings("unchecked")
    private void poll(
            BatchMessageListener<?, ?> batches, ConsumerRecord<?, ?> received, Acknowledgment acknowledgment) {
        TopicPartition partition = partition(received);
        ((BatchMessageListener<Object, Object>) batches)
                .onMessage(
                        new ConsumerRecords<>(
                                Map.of(partition, List.of((ConsumerRecord<Object, Object>) received)),
                                Map.of(partition, new OffsetAndMetadata(received.offset() + 1))),
                        acknowledgment,
                        (Consumer<Object, Object>) this.consumer);
    }

    /** Commits one offset: that of the one record of the batch. */
    private final class OffsetAcknowledgment implements Acknowledgment {

        private final ConsumerRecord<?, ?> received;

        OffsetAcknowledgment(ConsumerRecord<?, ?> received) {
            this.received = received;
        }

        @Override
        public void acknowledge() {
            BatchOfOne.this.consumer.commitSync(
                    Map.of(partition(this.received), new OffsetAndMetadata(this.received.offset() + 1)));
        }

        @Override
        public void acknowledge(int index) {
            acknowledge();
        }

        @Override
        public void nack(Duration sleep) {
            throw new IntegrationException(
                    "The listener did not acknowledge its record", FailureCategory.TEMPORARY, true, sleep, null);
        }

        @Override
        public void nack(int index, Duration sleep) {
            nack(sleep);
        }
    }
}
