package io.integrationkit.listener;

import io.integrationkit.call.Finding;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.call.Operation;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.failure.ProblemCode;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.kafka.annotation.KafkaHandler;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.AbstractKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;

/** Finds listeners of which one call may take longer than their consumer may stay away from the poll. */
public final class ListenerTimes implements FindingContributor {

    private static final String USUAL_FACTORY = "kafkaListenerContainerFactory";

    private final OperationRegistry operations;

    private final Function<String, @Nullable Duration> longestCall;

    private final ConfigurableBeanFactory beans;

    /**
     * Creates the contributor.
     *
     * @param operations where listeners with our annotations are
     * @param longestCall how long a call of the operation of a name may take, or {@code null} if nothing bounds it
     * @param beans where the container factories are
     */
    public ListenerTimes(
            OperationRegistry operations,
            Function<String, @Nullable Duration> longestCall,
            ConfigurableBeanFactory beans) {
        this.operations = operations;
        this.longestCall = longestCall;
        this.beans = beans;
    }

    @Override
    public List<Finding> findings() {
        return this.operations.plans().stream()
                .map(Plan::operation)
                .flatMap(this::of)
                .toList();
    }

    private Stream<Finding> of(Operation operation) {
        Duration longest = this.longestCall.apply(operation.name());
        if (longest == null) {
            return Stream.empty();
        }
        return listeners(operation)
                .map(this::interval)
                .filter((interval) -> interval != null && longest.compareTo(interval) > 0)
                .limit(1)
                .map((interval) -> new Finding(
                        ProblemCode.LISTENER_TOO_LONG,
                        operation.name(),
                        ("A call may take %d ms, and max.poll.interval.ms of its listener is %d: the consumer would lose its"
                                        + " partitions, and another one handle the record meanwhile; lower max-attempts,"
                                        + " max-delay or attempt-timeout, set a deadline, or raise"
                                        + " spring.kafka.consumer.properties[max.poll.interval.ms]")
                                .formatted(longest.toMillis(), interval.toMillis())));
    }

    private static Stream<MergedAnnotation<KafkaListener>> listeners(Operation operation) {
        MergedAnnotations method = MergedAnnotations.from(operation.method(), SearchStrategy.TYPE_HIERARCHY);
        return method.isPresent(KafkaHandler.class)
                ? MergedAnnotations.from(operation.beanType(), SearchStrategy.TYPE_HIERARCHY).stream(
                        KafkaListener.class)
                : method.stream(KafkaListener.class);
    }

    private @Nullable Duration interval(MergedAnnotation<KafkaListener> listener) {
        String named = resolved(listener.getString("containerFactory"));
        String factory = named.isEmpty() ? USUAL_FACTORY : named;
        if (!this.beans.containsBean(factory)
                || !(this.beans.getBean(factory)
                        instanceof AbstractKafkaListenerContainerFactory<?, ?, ?> containers)) {
            return null;
        }
        ConsumerFactory<?, ?> consumers = containers.getConsumerFactory();
        Properties own = own(listener.getStringArray("properties"));
        return (consumers == null)
                ? null
                : PollInterval.of(
                        own.isEmpty() ? containers.getContainerProperties().getKafkaConsumerProperties() : own,
                        consumers);
    }

    private Properties own(String[] declared) {
        Properties own = new Properties();
        for (String line : declared) {
            try {
                own.load(new StringReader(resolved(line)));
            } catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
        return own;
    }

    private String resolved(String text) {
        String resolved = this.beans.resolveEmbeddedValue(text);
        return (resolved != null) ? resolved : "";
    }
}
