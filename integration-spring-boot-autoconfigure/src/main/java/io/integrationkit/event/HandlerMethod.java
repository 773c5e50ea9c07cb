package io.integrationkit.event;

import io.integrationkit.call.OperationAnnotation;
import io.integrationkit.context.DispatchedEvents;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * A method that handles events; called on the bean as the application sees it, so that its advice applies. Safe for use by
 * any number of threads.
 */
public final class HandlerMethod {

    private static final String HEADER = "org.springframework.messaging.handler.annotation.Header";

    private final BeanFactory beanFactory;

    private final String beanName;

    private final Method method;

    private final String name;

    private final EventDescriptor event;

    private final boolean batch;

    private final boolean operation;

    private final List<BiFunction<Object, Map<String, String>, @Nullable Object>> arguments;

    private HandlerMethod(
            BeanFactory beanFactory,
            String beanName,
            Method method,
            String name,
            EventDescriptor event,
            boolean batch,
            List<BiFunction<Object, Map<String, String>, @Nullable Object>> arguments) {
        this.beanFactory = beanFactory;
        this.beanName = beanName;
        this.method = method;
        this.name = name;
        this.event = event;
        this.batch = batch;
        this.operation =
                MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).isPresent(OperationAnnotation.class);
        this.arguments = arguments;
    }

    static HandlerMethod of(BeanFactory beanFactory, String beanName, Method method, String name, EventTypes types) {
        if (Modifier.isPrivate(method.getModifiers()) || Modifier.isStatic(method.getModifiers())) {
            throw invalid(beanName, method, "is private or static", "Make it an instance method that others may call.");
        }
        if (method.getReturnType() != void.class) {
            throw invalid(beanName, method, "returns something", "Make it void; publish what follows from the event.");
        }
        Class<?> eventClass = null;
        boolean batch = false;
        List<BiFunction<Object, Map<String, String>, @Nullable Object>> arguments = new ArrayList<>();
        for (Parameter parameter : method.getParameters()) {
            MergedAnnotation<?> header = MergedAnnotations.from(parameter).get(HEADER);
            if (header.isPresent() && parameter.getType() == String.class) {
                String headerName = header.getString("name");
                arguments.add((event, headers) -> headers.get(headerName));
            } else if (parameter.getType() == Map.class) {
                arguments.add((event, headers) -> headers);
            } else if (eventClass == null) {
                batch = isBatch(parameter.getType());
                eventClass = batch ? element(parameter) : parameter.getType();
                if (eventClass == null) {
                    throw notOneEvent(beanName, method, null);
                }
                arguments.add((event, headers) -> event);
            } else {
                throw notOneEvent(beanName, method, null);
            }
        }
        if (eventClass == null) {
            throw notOneEvent(beanName, method, null);
        }
        if (batch && arguments.size() > 1) {
            throw invalid(
                    beanName,
                    method,
                    "takes headers beside several events",
                    "Take the events alone, or one event a call.");
        }
        EventDescriptor event = eventType(beanName, method, eventClass, types);
        String unique = name.isBlank() ? beanName + "." + method.getName() : name;
        return new HandlerMethod(beanFactory, beanName, method, unique, event, batch, List.copyOf(arguments));
    }

    /** What a list can be handed to. */
    private static boolean isBatch(Class<?> type) {
        return Iterable.class.isAssignableFrom(type) && type.isAssignableFrom(List.class);
    }

    private static @Nullable Class<?> element(Parameter parameter) {
        return ResolvableType.forType(parameter.getParameterizedType())
                .as(Iterable.class)
                .getGeneric()
                .resolve();
    }

    private static EventDescriptor eventType(String beanName, Method method, Class<?> eventClass, EventTypes types) {
        try {
            return types.describe(eventClass);
        } catch (ProblemException ex) {
            if (ex.code() == ProblemCode.EVENT_TYPE_CONFLICT) {
                throw ex;
            }
            throw notOneEvent(beanName, method, ex);
        }
    }

    private static EventConfigurationException notOneEvent(
            String beanName, Method method, @Nullable ProblemException cause) {
        return invalid(
                beanName,
                method,
                (cause != null) ? "takes no usable event: " + cause.getMessage() : "does not take exactly one event",
                "Give it one parameter whose class has @EventType, or a List of those; besides one, it may take"
                        + " Map<String, String> for all headers and @Header(\"name\") String for one.");
    }

    private static EventConfigurationException invalid(String beanName, Method method, String what, String action) {
        return new EventConfigurationException(
                ProblemCode.EVENT_HANDLER_INVALID,
                "@EventHandler %s of bean '%s' %s".formatted(method, beanName, what),
                action);
    }

    /**
     * Returns the name.
     *
     * @return that of {@link EventHandler#name()}, or {@code beanName.methodName}
     */
    public String name() {
        return this.name;
    }

    /**
     * Returns which class of events it takes.
     *
     * @return the class
     */
    public Class<?> eventClass() {
        return this.event.eventClass();
    }

    /**
     * Returns which type of events it takes.
     *
     * @return logical name of the type
     */
    public String eventType() {
        return this.event.type();
    }

    /**
     * Tells whether it takes several events at once.
     *
     * @return whether it takes a list
     */
    public boolean batch() {
        return this.batch;
    }

    /** Tells whether each call of it goes through a plan. */
    boolean operation() {
        return this.operation;
    }

    /**
     * Handles an event.
     *
     * @param event the event, an instance of the class it takes
     * @param headers headers of the message
     * @throws Throwable what the method throws
     */
    public void call(Object event, Map<String, String> headers) throws Throwable {
        try (Scope scope = DispatchedEvents.open(List.of(event), List.of(headers))) {
            invoke(this.batch ? List.of(event) : event, headers);
        }
    }

    /**
     * Handles several events at once.
     *
     * @param events the events, instances of the class it takes
     * @param headers headers of the messages, in the order of the events
     * @throws Throwable what the method throws
     */
    void callAll(List<Object> events, List<Map<String, String>> headers) throws Throwable {
        try (Scope scope = DispatchedEvents.open(events, headers)) {
            invoke(List.copyOf(events), Map.of());
        }
    }

    private void invoke(Object event, Map<String, String> headers) throws Throwable {
        Object bean = this.beanFactory.getBean(this.beanName);
        Method callable = AopUtils.selectInvocableMethod(this.method, bean.getClass());
        callable.setAccessible(true);
        try {
            callable.invoke(
                    bean,
                    this.arguments.stream()
                            .map((argument) -> argument.apply(event, headers))
                            .toArray());
        } catch (InvocationTargetException ex) {
            throw ex.getTargetException();
        }
    }

    @Override
    public String toString() {
        return "%s of bean '%s'".formatted(this.method, this.beanName);
    }
}
