package io.integrationkit.reliable;

import io.integrationkit.call.Operation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Parameters and result of a method as its class has them, with type variables replaced.
 *
 * @param name name of the method
 * @param parameters types of the parameters
 * @param result type of the result
 */
record Signature(String name, List<ResolvableType> parameters, ResolvableType result) {

    static Signature of(Method method, Class<?> owner) {
        return new Signature(
                method.getName(),
                IntStream.range(0, method.getParameterCount())
                        .mapToObj((i) -> ResolvableType.forMethodParameter(method, i, owner))
                        .toList(),
                ResolvableType.forMethodReturnType(method, owner));
    }

    static Signature of(Operation operation) {
        return of(operation.method(), operation.beanType());
    }

    /** What a later result will be: the value inside a {@code CompletionStage}, {@code Mono} and the like. */
    ResolvableType value() {
        Class<?> type = this.result.toClass();
        ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
        boolean later =
                adapter != null || CompletionStage.class.isAssignableFrom(type) || Future.class.isAssignableFrom(type);
        return later ? this.result.getGeneric() : this.result;
    }

    boolean returnsNothing() {
        return this.result.toClass() == void.class;
    }

    /**
     * Tells why the first parameters do not take the given values.
     *
     * @param values types of the values, at most as many as there are parameters
     * @return the reason, or {@code null} if they do
     */
    @Nullable
    String refuses(List<ResolvableType> values) {
        for (int i = 0; i < values.size(); i++) {
            Class<?> parameter = this.parameters.get(i).toClass();
            Class<?> value = values.get(i).toClass();
            // A primitive parameter cannot take the null that an object may be.
            boolean takes = (parameter.isPrimitive() && !value.isPrimitive())
                    ? false
                    : ClassUtils.isAssignable(parameter, value);
            if (!takes) {
                return "takes %s where the operation has %s"
                        .formatted(shown(this.parameters.get(i)), shown(values.get(i)));
            }
        }
        return null;
    }

    /** Whether what this method returns can be returned in the place of the given type. */
    boolean returnsA(ResolvableType expected) {
        if (!ClassUtils.isAssignable(expected.toClass(), this.result.toClass())) {
            return false;
        }
        boolean unknown = this.result.hasUnresolvableGenerics()
                || expected.hasUnresolvableGenerics()
                || !this.result.hasGenerics()
                || !expected.hasGenerics();
        return unknown || expected.isAssignableFrom(this.result);
    }

    /** The method as a user would declare it. */
    @Override
    public String toString() {
        return text(this.result, this.name, this.parameters.stream().map(Signature::shown));
    }

    static String text(ResolvableType result, String name, Stream<String> parameters) {
        return shown(result) + " " + name + parameters.collect(Collectors.joining(", ", "(", ")"));
    }

    static String shown(ResolvableType type) {
        String generics = type.hasUnresolvableGenerics() || !type.hasGenerics()
                ? ""
                : Arrays.stream(type.getGenerics()).map(Signature::shown).collect(Collectors.joining(", ", "<", ">"));
        return type.toClass().getSimpleName() + generics;
    }
}
