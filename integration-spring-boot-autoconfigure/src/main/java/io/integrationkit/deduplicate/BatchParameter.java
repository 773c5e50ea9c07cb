package io.integrationkit.deduplicate;

import io.integrationkit.call.Operation;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** The parameter that gets a batch of messages, and how to make a batch of fewer ones; found once, at start-up. */
record BatchParameter(int index, String name, boolean records) {

    private static final boolean KAFKA = ClassUtils.isPresent(
            "org.apache.kafka.clients.consumer.ConsumerRecords", BatchParameter.class.getClassLoader());

    private static final String RECORD = "org.apache.kafka.clients.consumer.ConsumerRecord";

    private static final String MESSAGE = "org.springframework.messaging.Message";

    /** The parameters that get several of anything. */
    static List<BatchParameter> of(Operation operation) {
        List<BatchParameter> found = new ArrayList<>();
        Parameter[] parameters = operation.method().getParameters();
        for (int i = 0; i < parameters.length; i++) {
            Class<?> type = parameters[i].getType();
            if (BatchSignature.isHeader(parameters[i])) {
                continue;
            }
            boolean records = KAFKA && Records.has(type);
            if (records || (Iterable.class.isAssignableFrom(type) && type.isAssignableFrom(ArrayList.class))) {
                found.add(new BatchParameter(
                        i, parameters[i].isNamePresent() ? parameters[i].getName() : "p" + i, records));
            }
        }
        return found;
    }

    /** What an element is, if its headers can tell an id: {@code ConsumerRecord} or {@code Message}. */
    @Nullable
    String carrier(Operation operation) {
        if (this.records) {
            return "ConsumerRecord";
        }
        Class<?> element = ResolvableType.forMethodParameter(
                        new MethodParameter(operation.method(), this.index).withContainingClass(operation.beanType()))
                .as(Iterable.class)
                .getGeneric()
                .resolve();
        if (element == null) {
            return null;
        }
        return isA(element, RECORD) ? "ConsumerRecord" : isA(element, MESSAGE) ? "Message" : null;
    }

    private static boolean isA(Class<?> type, String name) {
        ClassLoader loader = BatchParameter.class.getClassLoader();
        return ClassUtils.isPresent(name, loader)
                && ClassUtils.resolveClassName(name, loader).isAssignableFrom(type);
    }

    List<? extends @Nullable Object> elements(@Nullable Object batch) {
        if (batch == null) {
            return List.of();
        }
        if (batch instanceof Collection<?> collection) {
            return new ArrayList<>(collection);
        }
        List<@Nullable Object> elements = new ArrayList<>();
        ((Iterable<?>) batch).forEach(elements::add);
        return elements;
    }

    /** A batch of the same kind with only some of its elements, in the same order; the one that is given stays as it is. */
    Object only(@Nullable Object batch, BitSet kept) {
        if (KAFKA && batch instanceof ConsumerRecords<?, ?> all) {
            return Records.only(all, kept);
        }
        List<? extends @Nullable Object> elements = elements(batch);
        List<@Nullable Object> left = new ArrayList<>(kept.cardinality());
        kept.stream().forEach((position) -> left.add(elements.get(position)));
        return left;
    }

    /** Loaded only where Kafka is. */
    private static final class Records {

        static boolean has(Class<?> type) {
            return type == ConsumerRecords.class;
        }

        static <K, V> ConsumerRecords<K, V> only(ConsumerRecords<K, V> all, BitSet kept) {
            Map<TopicPartition, List<ConsumerRecord<K, V>>> left = new LinkedHashMap<>();
            int position = 0;
            for (ConsumerRecord<K, V> each : all) {
                if (kept.get(position)) {
                    left.computeIfAbsent(
                                    new TopicPartition(each.topic(), each.partition()),
                                    (partition) -> new ArrayList<>())
                            .add(each);
                }
                position++;
            }
            // What is read next does not depend on what is handled now.
            return new ConsumerRecords<>(left, all.nextOffsets());
        }
    }
}
