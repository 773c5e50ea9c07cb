package io.integrationkit.listener;

import io.integrationkit.call.OperationAnnotation;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.kafka.annotation.KafkaListenerAnnotationBeanPostProcessor.AnnotationEnhancer;

/**
 * Gives the containers of listeners that carry an annotation of ours a {@link ListenerErrorHandling}; other listeners
 * are left alone, and so is a listener that names a container post-processor of its own.
 */
public final class OperationListenerEnhancer implements AnnotationEnhancer {

    private static final Logger LOGGER = LoggerFactory.getLogger(OperationListenerEnhancer.class);

    private static final String CONTAINER_POST_PROCESSOR = "containerPostProcessor";

    private final String errorHandlingBean;

    /**
     * Creates an enhancer.
     *
     * @param errorHandlingBean name of the {@link ListenerErrorHandling} bean
     */
    public OperationListenerEnhancer(String errorHandlingBean) {
        this.errorHandlingBean = errorHandlingBean;
    }

    @Override
    public Map<String, Object> apply(Map<String, Object> attributes, AnnotatedElement element) {
        if (!hasOperation(element)) {
            return attributes;
        }
        if (!"".equals(attributes.getOrDefault(CONTAINER_POST_PROCESSOR, ""))) {
            LOGGER.info(
                    "{}: {} keeps its own containerPostProcessor '{}': a failed record is handled by the container's error"
                            + " handler, not by category",
                    ProblemCode.LISTENER_ERROR_HANDLER,
                    element,
                    attributes.get(CONTAINER_POST_PROCESSOR));
            return attributes;
        }
        Map<String, Object> enhanced = new LinkedHashMap<>(attributes);
        enhanced.put(CONTAINER_POST_PROCESSOR, this.errorHandlingBean);
        return enhanced;
    }

    private static boolean hasOperation(AnnotatedElement element) {
        if (element instanceof Method method) {
            return isOperation(method);
        }
        return element instanceof Class<?> type
                && !MethodIntrospector.selectMethods(type, OperationListenerEnhancer::isOperation)
                        .isEmpty();
    }

    private static boolean isOperation(Method method) {
        return MergedAnnotations.from(method, MergedAnnotations.SearchStrategy.TYPE_HIERARCHY)
                .isPresent(OperationAnnotation.class);
    }
}
