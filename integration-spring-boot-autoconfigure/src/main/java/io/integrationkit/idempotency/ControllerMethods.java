package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.ProblemCode;
import java.util.Arrays;
import java.util.List;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/** Recognises controller methods by names, since Spring MVC may be absent. */
final class ControllerMethods {

    private static final String CONTROLLER = "org.springframework.stereotype.Controller";

    private static final String REQUEST_MAPPING = "org.springframework.web.bind.annotation.RequestMapping";

    private static final boolean SERVLET = isPresent("jakarta.servlet.http.HttpServletRequest")
            && isPresent("org.springframework.web.servlet.DispatcherServlet");

    /** What only WebFlux passes to a method. */
    private static final List<String> REACTIVE = List.of(
            "org.springframework.web.server.",
            "org.springframework.http.server.reactive.",
            "org.springframework.http.codec.multipart.",
            "reactor.core.publisher.");

    private ControllerMethods() {}

    private static boolean isPresent(String className) {
        return ClassUtils.isPresent(className, ControllerMethods.class.getClassLoader());
    }

    static boolean isControllerMethod(Operation operation) {
        return MergedAnnotations.from(operation.beanType(), SearchStrategy.TYPE_HIERARCHY)
                        .isPresent(CONTROLLER)
                && MergedAnnotations.from(operation.method(), SearchStrategy.TYPE_HIERARCHY)
                        .isPresent(REQUEST_MAPPING);
    }

    static RequestKeys keysOf(Operation operation) {
        if (!SERVLET || takesReactiveArguments(operation)) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s is a controller method of WebFlux: the header %s of its requests cannot be its key"
                            .formatted(operation, RequestKeys.HEADER),
                    "Take the header as an argument (@RequestHeader) and name it in @Idempotent(key) of a service method that %s calls."
                            .formatted(operation.method()));
        }
        return new ServletRequestKeys(operation);
    }

    private static boolean takesReactiveArguments(Operation operation) {
        return Arrays.stream(operation.method().getParameterTypes())
                .map(Class::getName)
                .anyMatch((name) -> REACTIVE.stream().anyMatch(name::startsWith));
    }
}
