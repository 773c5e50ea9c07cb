package io.integrationkit.call;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * An annotated method of a bean.
 *
 * @param name unique name, {@code beanName.method} unless an annotation says otherwise
 * @param beanName name of the bean that has the method
 * @param beanType class of the bean, not of its proxy
 * @param method the method, on that class
 */
public record Operation(String name, String beanName, Class<?> beanType, Method method) {

    private static final String KAFKA_LISTENER = "org.springframework.kafka.annotation.KafkaListener";

    private static final String KAFKA_HANDLER = "org.springframework.kafka.annotation.KafkaHandler";

    /**
     * Finds an annotation of the method, also as a meta-annotation or on an overridden or interface method.
     *
     * @param type the annotation's type
     * @param <A> the annotation's type
     * @return the merged annotation, or {@code null} if the method has none
     */
    public <A extends Annotation> @Nullable A annotation(Class<A> type) {
        return AnnotatedElementUtils.findMergedAnnotation(this.method, type);
    }

    /**
     * Tells whether a message container calls this method, so that a call it refuses comes again.
     *
     * @return whether the method is a listener whose records are delivered again after an exception
     */
    public boolean redelivered() {
        MergedAnnotations annotations =
                MergedAnnotations.from(this.method, MergedAnnotations.SearchStrategy.TYPE_HIERARCHY);
        return annotations.isPresent(KAFKA_LISTENER) || annotations.isPresent(KAFKA_HANDLER);
    }

    /**
     * Tells whether callers get nothing back, so that a call may be given up without an exception.
     *
     * @return whether the method is {@code void} or returns a {@code CompletionStage<Void>}
     */
    public boolean returnsNothing() {
        if (this.method.getReturnType() == void.class) {
            return true;
        }
        ResolvableType type = ResolvableType.forMethodReturnType(this.method, this.beanType);
        return CompletionStage.class.isAssignableFrom(type.toClass())
                && type.as(CompletionStage.class).getGeneric().resolve() == Void.class;
    }

    @Override
    public String toString() {
        return this.name;
    }
}
