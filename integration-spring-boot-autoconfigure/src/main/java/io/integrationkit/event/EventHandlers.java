package io.integrationkit.event;

import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
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

    private final Map<String, HandlerMethod> byName;

    private final Map<String, List<HandlerMethod>> byType;

    private EventHandlers(Collection<HandlerMethod> handlers) {
        this.byName = new LinkedHashMap<>();
        this.byType = new LinkedHashMap<>();
        for (HandlerMethod handler : handlers) {
            HandlerMethod other = this.byName.putIfAbsent(handler.name(), handler);
            if (other != null) {
                throw new EventConfigurationException(
                        ProblemCode.EVENT_HANDLER_INVALID,
                        "%s and %s are both event handler '%s'".formatted(other, handler, handler.name()),
                        "Give one of them another name: @EventHandler(name = \"…\").");
            }
            this.byType
                    .computeIfAbsent(handler.eventType(), (type) -> new ArrayList<>())
                    .add(handler);
        }
    }

    /**
     * Finds the handlers of an application.
     *
     * @param beanFactory its beans
     * @param types event types
     * @return the handlers
     * @throws EventConfigurationException if a method cannot be a handler, or two have the same name
     */
    public static EventHandlers find(ConfigurableListableBeanFactory beanFactory, EventTypes types) {
        List<HandlerMethod> handlers = new ArrayList<>();
        for (String name : beanFactory.getBeanNamesForType(Object.class, true, false)) {
            Class<?> type = typeOf(beanFactory, name);
            if (type != null && AnnotationUtils.isCandidateClass(type, EventHandler.class)) {
                Map<Method, EventHandler> methods =
                        MethodIntrospector.selectMethods(type, (MethodIntrospector.MetadataLookup<EventHandler>)
                                (method) -> AnnotatedElementUtils.findMergedAnnotation(method, EventHandler.class));
                // The order in which a class tells its methods is not the same in every process.
                methods.entrySet().stream()
                        .sorted(Comparator.comparing((found) -> found.getKey().toGenericString()))
                        .map((found) -> HandlerMethod.of(
                                beanFactory,
                                name,
                                found.getKey(),
                                found.getValue().name(),
                                types))
                        .forEach(handlers::add);
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

    /**
     * Returns the handlers of an event type, whichever of its versions they take, in an order that is the same in
     * every process.
     *
     * @param type logical name of the type
     * @return the handlers; empty if there are none
     */
    public List<HandlerMethod> of(String type) {
        return this.byType.getOrDefault(type, List.of());
    }

    /**
     * Finds a handler.
     *
     * @param name its name
     * @return the handler, or {@code null} if there is none
     */
    public @Nullable HandlerMethod find(String name) {
        return this.byName.get(name);
    }

    /**
     * Returns all handlers.
     *
     * @return the handlers
     */
    public Collection<HandlerMethod> all() {
        return Collections.unmodifiableCollection(this.byName.values());
    }
}
