package io.integrationkit.call;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ConcurrentReferenceHashMap;

/** Finds the annotated methods of a class. */
final class OperationMethods {

    private static final Map<Class<?>, List<Method>> CACHE = new ConcurrentReferenceHashMap<>();

    private OperationMethods() {}

    static List<Method> of(Class<?> type) {
        return LibraryClasses.contains(type) ? List.of() : CACHE.computeIfAbsent(type, OperationMethods::find);
    }

    private static List<Method> find(Class<?> type) {
        return MethodIntrospector.selectMethods(type, OperationMethods::isAnnotated).stream()
                .sorted(Comparator.comparing(Method::toString))
                .toList();
    }

    private static boolean isAnnotated(Method method) {
        return annotations(method).isPresent(OperationAnnotation.class);
    }

    /** Whether one of the method's annotations may need a stage inside the transaction. */
    static boolean mayRunInsideTransaction(Method method) {
        return annotations(method).stream(OperationAnnotation.class)
                .anyMatch((annotation) -> annotation.getBoolean("insideTransaction"));
    }

    /** The names that the method's annotations give the operation; usually none. */
    static List<String> givenNames(Method method) {
        return annotations(method).stream(OperationAnnotation.class)
                .map(MergedAnnotation::getMetaSource)
                .filter(Objects::nonNull)
                .map((source) -> source.getValue("operation", String.class).orElse(""))
                .filter((name) -> !name.isEmpty())
                .distinct()
                .toList();
    }

    /** The method as messages name it: with its class and parameters, and the bean that has it. */
    static String describe(String beanName, Method method) {
        String parameters = Arrays.stream(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", "));
        return "%s.%s(%s) of bean '%s'"
                .formatted(method.getDeclaringClass().getName(), method.getName(), parameters, beanName);
    }

    private static MergedAnnotations annotations(Method method) {
        return MergedAnnotations.from(method, MergedAnnotations.SearchStrategy.TYPE_HIERARCHY);
    }
}
