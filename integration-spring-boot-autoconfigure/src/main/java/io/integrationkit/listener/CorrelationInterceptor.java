package io.integrationkit.listener;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.RecordInterceptor;

/** Binds the correlation id a record carries, or a new one, while the record is handled. */
final class CorrelationInterceptor<K, V> implements RecordInterceptor<K, V> {

    private final ThreadLocal<@Nullable Scope> scope = new ThreadLocal<>();

    @Override
    public ConsumerRecord<K, V> intercept(ConsumerRecord<K, V> received, Consumer<K, V> consumer) {
        Header header = received.headers().lastHeader(Correlation.HEADER);
        this.scope.set(Correlation.open(
                (header != null && header.value() != null)
                        ? new String(header.value(), StandardCharsets.UTF_8)
                        : null));
        return received;
    }

    @Override
    public void afterRecord(ConsumerRecord<K, V> received, Consumer<K, V> consumer) {
        Scope open = this.scope.get();
        if (open != null) {
            this.scope.remove();
            open.close();
        }
    }
}
