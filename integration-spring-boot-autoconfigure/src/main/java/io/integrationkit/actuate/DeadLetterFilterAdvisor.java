package io.integrationkit.actuate;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.OneLine;
import java.lang.annotation.Annotation;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationArgumentResolver;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameter;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;
import org.springframework.boot.actuate.endpoint.invoke.ParameterValueMapper;

/**
 * Gives operations of endpoints the {@link DeadLetterFilter} they declare as a parameter: Actuator binds a parameter to
 * one value of a request, and a filter is made of many. A value that is not in the request is no condition.
 *
 * <ul>
 *   <li>{@code kind}: calls or messages
 *   <li>{@code name}: operation or destination
 *   <li>{@code category}: category of the last failure
 *   <li>{@code status}, {@code key}, {@code tenant}: of the entry
 *   <li>{@code fingerprint}: of the last failure
 *   <li>{@code eventType}: logical type of the event
 *   <li>{@code text}: part of exception type or message
 *   <li>{@code since}, {@code before}: earliest last failure, and latest, exclusive; in ISO 8601 with an offset
 * </ul>
 *
 * <p>A value that cannot be read is answered with 400, as for any parameter. So is a name that neither the filter nor the
 * operation knows: a condition that is misspelt would be none, and more would be changed than was meant. Safe for use by any number of threads.
 */
public final class DeadLetterFilterAdvisor implements OperationInvokerAdvisor {

    private static final int LONGEST_NAME = 100;

    private final ParameterValueMapper values;

    /**
     * Creates the advisor.
     *
     * @param values reads the values of requests
     */
    public DeadLetterFilterAdvisor(ParameterValueMapper values) {
        this.values = values;
    }

    @Override
    public OperationInvoker apply(
            EndpointId endpointId, OperationType type, OperationParameters parameters, OperationInvoker invoker) {
        if (parameters.stream().noneMatch((parameter) -> parameter.getType() == DeadLetterFilter.class)) {
            return invoker;
        }
        Set<String> others =
                parameters.stream().map(OperationParameter::getName).collect(Collectors.toSet());
        return (context) -> invoker.invoke(withFilter(context, others));
    }

    private InvocationContext withFilter(InvocationContext context, Set<String> others) {
        Map<String, Object> left = new HashMap<>(context.getArguments());
        DeadLetterFilter filter = filter(left);
        left.keySet().removeAll(others);
        if (!left.isEmpty()) {
            String message = "Parameter '%s' is not known; nothing was done"
                    .formatted(OneLine.of(left.keySet().iterator().next(), LONGEST_NAME));
            throw new InvalidEndpointRequestException(message, message);
        }
        SecurityContext security = context.resolveArgument(SecurityContext.class);
        return new InvocationContext(
                (security != null) ? security : SecurityContext.NONE,
                context.getArguments(),
                new FilterOr(context, filter));
    }

    /** Takes the conditions out of a request. */
    private DeadLetterFilter filter(Map<String, Object> request) {
        return new DeadLetterFilter(
                value(request, "kind", DeadLetter.Kind.class),
                value(request, "name", String.class),
                value(request, "category", FailureCategory.class),
                value(request, "status", DeadLetter.Status.class),
                value(request, "key", String.class),
                value(request, "fingerprint", String.class),
                value(request, "eventType", String.class),
                value(request, "tenant", String.class),
                value(request, "text", String.class),
                moment(request, "since"),
                moment(request, "before"));
    }

    private @Nullable Instant moment(Map<String, Object> request, String name) {
        OffsetDateTime value = value(request, name, OffsetDateTime.class);
        return (value != null) ? value.toInstant() : null;
    }

    private <T> @Nullable T value(Map<String, Object> request, String name, Class<T> type) {
        return type.cast(this.values.mapParameterValue(new Condition(name, type), request.remove(name)));
    }

    /** One value of a request, as the mapper of values and its messages want to know it. */
    private record Condition(String name, Class<?> type) implements OperationParameter {

        @Override
        public String getName() {
            return this.name;
        }

        @Override
        public Class<?> getType() {
            return this.type;
        }

        @Override
        public boolean isMandatory() {
            return false;
        }

        @Override
        public <A extends Annotation> @Nullable A getAnnotation(Class<A> annotation) {
            return null;
        }

        @Override
        public String toString() {
            return "%s of type %s".formatted(this.name, this.type.getName());
        }
    }

    /** Knows the filter, and what the request knows of itself. */
    private record FilterOr(InvocationContext request, DeadLetterFilter filter) implements OperationArgumentResolver {

        @Override
        public boolean canResolve(Class<?> type) {
            return type == DeadLetterFilter.class || this.request.canResolve(type);
        }

        @Override
        public <T> @Nullable T resolve(Class<T> type) {
            return (type == DeadLetterFilter.class) ? type.cast(this.filter) : this.request.resolveArgument(type);
        }
    }
}
