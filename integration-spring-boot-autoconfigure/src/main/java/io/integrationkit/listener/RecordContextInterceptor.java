package io.integrationkit.listener;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.RecordInterceptor;

/** Binds what a record carries while it is handled. */
final class RecordContextInterceptor<K, V> implements RecordInterceptor<K, V> {

    private final RecordContexts contexts;

    private final @Nullable String listener;

    private final ThreadLocal<@Nullable RecordContext> open = new ThreadLocal<>();

    RecordContextInterceptor(RecordContexts contexts, @Nullable String listener) {
        this.contexts = contexts;
        this.listener = listener;
    }

    @Override
    public ConsumerRecord<K, V> intercept(ConsumerRecord<K, V> received, Consumer<K, V> consumer) {
        close();
        this.open.set(this.contexts.open(this.listener, received));
        return received;
    }

    @Override
    public void success(ConsumerRecord<K, V> received, Consumer<K, V> consumer) {
        ended();
    }

    @Override
    public void failure(ConsumerRecord<K, V> received, Exception failure, Consumer<K, V> consumer) {
        ended();
    }

    @Override
    public void afterRecord(ConsumerRecord<K, V> received, Consumer<K, V> consumer) {
        close();
    }

    /** What an error left open, which the container does not tell of. */
    @Override
    public void clearThreadState(Consumer<?, ?> consumer) {
        close();
    }

    private void ended() {
        RecordContext current = this.open.get();
        if (current != null) {
            current.ended();
        }
    }

    private void close() {
        RecordContext current = this.open.get();
        if (current != null) {
            this.open.remove();
            current.close();
        }
    }
}
