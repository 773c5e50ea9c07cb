package io.integrationkit.listener;

import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.BackOffHandler;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.util.backoff.BackOff;

/** Spring's error handler, but a batch that failed is handled again record by record, so that the one that fails is known. */
final class BatchErrorHandler extends DefaultErrorHandler {

    private final RecordByRecord records;

    BatchErrorHandler(
            RecordByRecord records,
            BiConsumer<ConsumerRecord<?, ?>, Exception> recoverer,
            BackOff backOff,
            BackOffHandler backOffHandler) {
        super(recoverer::accept, backOff, backOffHandler);
        this.records = records;
    }

    @Override
    public void handleBatch(
            Exception thrownException,
            ConsumerRecords<?, ?> data,
            Consumer<?, ?> consumer,
            MessageListenerContainer container,
            Runnable invokeListener) {
        BatchListenerFailedException failed = failed(thrownException, data, consumer, container);
        if (failed != null) {
            super.handleBatch(failed, data, consumer, container, invokeListener);
        }
    }

    @Override
    public <K, V> ConsumerRecords<K, V> handleBatchAndReturnRemaining(
            Exception thrownException,
            ConsumerRecords<?, ?> data,
            Consumer<?, ?> consumer,
            MessageListenerContainer container,
            Runnable invokeListener) {
        BatchListenerFailedException failed = failed(thrownException, data, consumer, container);
        return (failed != null)
                ? super.handleBatchAndReturnRemaining(failed, data, consumer, container, invokeListener)
                : ConsumerRecords.empty();
    }

    private @Nullable BatchListenerFailedException failed(
            Exception thrown, ConsumerRecords<?, ?> data, Consumer<?, ?> consumer, MessageListenerContainer container) {
        return this.records.run(thrown, data, consumer, container);
    }
}
