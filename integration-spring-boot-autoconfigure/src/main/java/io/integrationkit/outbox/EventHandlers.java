package io.integrationkit.outbox;

import io.integrationkit.event.EventHandler;
import io.integrationkit.event.EventTypes;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;

/** The {@link EventHandler} methods of the application, found by the types of its beans, which are not made for it. */
public final class EventHandlers {

    private final Map<String, HandlerMethod> byDestination;

    private final Map<String, List<String>> byType;

    private EventHandlers(Collection<HandlerMethod> handlers) {
        this.byDestination = new LinkedHashMap<>();
        this.byType = new LinkedHashMap<>();
        for (HandlerMethod handler : handlers) {
            HandlerMethod other = this.byDestination.putIfAbsent(handler.destination(), handler);
            if (other != null) {
                throw new OutboxConfigurationException(
                        ProblemCode.EVENT_HANDLER_INVALID,
                        "%s and %s are both event handler '%s'".formatted(other, handler, handler.destination()),
                        "Give one of them another name: @EventHandler(name = \"…\").",
                        null);
            }
            this.byType
                    .computeIfAbsent(handler.eventType(), (type) -> new ArrayList<>())
                    .add(handler.destination());
        }
    }

    /**
     * Finds the handlers of an application.
     *
     * @param beanFactory its beans
     * @param types event types
     * @return the handlers
     * @throws OutboxConfigurationException if a method cannot be a handler, or two have the same name
     */
    public static EventHandlers find(ConfigurableListableBeanFactory beanFactory, EventTypes types) {
        List<HandlerMethod> handlers = new ArrayList<>();
        for (String name : beanFactory.getBeanNamesForType(Object.class, true, false)) {
            Class<?> type = typeOf(beanFactory, name);
            if (type != null && AnnotationUtils.isCandidateClass(type, EventHandler.class)) {
                Map<Method, EventHandler> methods =
                        MethodIntrospector.selectMethods(type, (MethodIntrospector.MetadataLookup<EventHandler>)
                                (method) -> AnnotatedElementUtils.findMergedAnnotation(method, EventHandler.class));
                methods.forEach((method, annotation) ->
                        handlers.add(HandlerMethod.of(beanFactory, name, method, annotation.name(), types)));
            }
        }
        return new EventHandlers(handlers);
    }

    /**
     * Returns the handlers of an application that has none.
     *
     * @return no handlers
     */
    public static EventHandlers none() {
        return new EventHandlers(List.of());
    }

    private static @Nullable Class<?> typeOf(ConfigurableListableBeanFactory beanFactory, String name) {
        if (ScopedProxyUtils.isScopedTarget(name)) {
            return null;
        }
        String behind = ScopedProxyUtils.getTargetBeanName(name);
        Class<?> type =
                AutoProxyUtils.determineTargetClass(beanFactory, beanFactory.containsBean(behind) ? behind : name);
        return (type != null) ? ClassUtils.getUserClass(type) : null;
    }

    /** Names the handlers of an event type, whichever of its versions they take, as destinations; empty if it has none. */
    List<String> destinationsOf(String type) {
        return this.byType.getOrDefault(type, List.of());
    }

    @Nullable
    HandlerMethod find(String destination) {
        return this.byDestination.get(destination);
    }

    boolean isEmpty() {
        return this.byDestination.isEmpty();
    }

    int count() {
        return this.byDestination.size();
    }
}
