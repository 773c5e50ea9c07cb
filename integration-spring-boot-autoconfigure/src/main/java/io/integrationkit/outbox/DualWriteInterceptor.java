package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells a {@link DualWriteGuard} of what producers send; made by each producer of a watched factory. Sends of a
 * producer with a transactional id are not told of: their transaction is joined to another on purpose.
 */
public final class DualWriteInterceptor implements ProducerInterceptor<Object, Object> {

    private static final Logger logger = LoggerFactory.getLogger(DualWriteInterceptor.class);

    private static final String GUARD = "integration.outbox.dual-write-guard.instance";

    private @Nullable Supplier<?> guard;

    /** Called by the producer. */
    public DualWriteInterceptor() {}

    /**
     * Lets a guard watch the producers a factory makes from now on; its other interceptors stay. The factory itself and
     * its templates are left as they are.
     *
     * @param factory the factory
     * @param guard asked when something is first sent in a transaction
     */
    public static void watch(ProducerFactory<?, ?> factory, Supplier<DualWriteGuard> guard) {
        List<Object> interceptors = new ArrayList<>();
        try {
            interceptors.addAll(
                    interceptors(factory.getConfigurationProperties().get(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG)));
        } catch (UnsupportedOperationException ex) {
            logger.debug("Producers of {} are not watched for dual writes: it shows no settings", factory, ex);
            return;
        }
        interceptors.add(DualWriteInterceptor.class);
        factory.updateConfigs(Map.of(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG, interceptors, GUARD, guard));
    }

    private static Collection<?> interceptors(@Nullable Object configured) {
        if (configured instanceof Collection<?> several) {
            return several;
        }
        if (configured == null || configured.toString().isBlank()) {
            return List.of();
        }
        return (configured instanceof String names)
                ? Arrays.asList(names.trim().split("\\s*,\\s*", -1))
                : List.of(configured);
    }

    /** Takes the guard out of copied settings. */
    static void removeFrom(Map<String, Object> settings) {
        if (settings.remove(GUARD) == null) {
            return;
        }
        List<?> others = interceptors(settings.get(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG)).stream()
                .filter((interceptor) -> interceptor != DualWriteInterceptor.class)
                .toList();
        settings.put(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG, others);
    }

    @Override
    public void configure(Map<String, ?> configs) {
        Object configured = configs.get(GUARD);
        if (configs.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG) == null && configured instanceof Supplier<?> supplier) {
            this.guard = supplier;
        }
    }

    @Override
    public ProducerRecord<Object, Object> onSend(ProducerRecord<Object, Object> sent) {
        Supplier<?> supplier = this.guard;
        if (supplier != null
                && TransactionSynchronizationManager.isActualTransactionActive()
                && supplier.get() instanceof DualWriteGuard watching) {
            watching.sending(sent.topic());
        }
        return sent;
    }

    @Override
    public void onAcknowledgement(@Nullable RecordMetadata metadata, @Nullable Exception exception) {}

    @Override
    public void close() {}
}
