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

    private final @Nullable PollTime pollTime;

    /**
     * Creates the interceptor of one container.
     *
     * @param pollTime bounds the waits, or {@code null} if it is not known how long they may be
     */
    RecordContextInterceptor(RecordContexts contexts, @Nullable String listener, @Nullable PollTime pollTime) {
        this.contexts = contexts;
        this.listener = listener;
        this.pollTime = pollTime;
    }

    @Override
    public void setupThreadState(Consumer<?, ?> consumer) {
        if (this.pollTime != null) {
            this.pollTime.polls();
        }
    }

    @Override
    public ConsumerRecord<K, V> intercept(ConsumerRecord<K, V> received, Consumer<K, V> consumer) {
        close();
        this.open.set(
                this.contexts.open(this.listener, received, (this.pollTime != null) ? this.pollTime.open() : null));
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
