package io.integrationkit.call;

import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;

/** What a class must be like for a proxy to intercept its annotated methods. */
final class Interceptable {

    private Interceptable() {}

    /**
     * Checks a method that is to be intercepted.
     *
     * @throws InvalidOperationException if its annotations would be ignored, or no proxy could be made
     */
    static void require(String beanName, Class<?> type, Method method) {
        String obstacle = obstacle(method);
        if (obstacle != null) {
            throw new InvalidOperationException(
                    ProblemCode.METHOD_NOT_PROXYABLE,
                    "%s is %s: its annotations would be ignored"
                            .formatted(OperationMethods.describe(beanName, method), obstacle),
                    "Remove '%s' from the method.".formatted(obstacle));
        }
        if (Modifier.isFinal(type.getModifiers())
                && !isDeclaredBy(ClassUtils.getAllInterfacesForClass(type), type, method)) {
            throw new InvalidOperationException(
                    ProblemCode.METHOD_NOT_PROXYABLE,
                    "%s cannot be intercepted: its class is final, and no interface of it declares the method"
                            .formatted(OperationMethods.describe(beanName, method)),
                    "Remove 'final' from the class (a record cannot be a bean with annotated methods), or declare the"
                            + " method in an interface.");
        }
    }

    private static @Nullable String obstacle(Method method) {
        return Modifier.isPrivate(method.getModifiers())
                ? "private"
                : Modifier.isStatic(method.getModifiers())
                        ? "static"
                        : Modifier.isFinal(method.getModifiers()) ? "final" : null;
    }

    /** Whether callers that know only these interfaces can call the method. */
    static boolean isDeclaredBy(Class<?>[] interfaces, Class<?> type, Method method) {
        return Stream.of(interfaces)
                .flatMap((each) -> Stream.of(each.getMethods()))
                .filter((candidate) -> candidate.getName().equals(method.getName()))
                .anyMatch((candidate) -> candidate.equals(method)
                        || AopUtils.getMostSpecificMethod(candidate, type).equals(method));
    }

    /** A method that a proxy of interfaces leaves out. */
    static InvalidOperationException notInInterface(String beanName, Method method) {
        return new InvalidOperationException(
                ProblemCode.METHOD_NOT_PROXYABLE,
                "%s cannot be called: the proxy of the bean has its interfaces only, and none declares the method"
                        .formatted(OperationMethods.describe(beanName, method)),
                "Declare the method in an interface, or remove spring.aop.proxy-target-class=false.");
    }

    /**
     * Checks that no annotation of ours stands on a class, to which a composed annotation may be applied.
     *
     * @throws InvalidOperationException if there is one: it would be ignored
     */
    static void requireNothingOnClass(String beanName, Class<?> type) {
        if (LibraryClasses.contains(type)) {
            return;
        }
        List<String> annotations = MergedAnnotations.from(type, MergedAnnotations.SearchStrategy.TYPE_HIERARCHY).stream(
                        OperationAnnotation.class)
                .map(MergedAnnotation::getRoot)
                .map((root) -> "@" + ClassUtils.getShortName(root.getType()))
                .distinct()
                .toList();
        if (!annotations.isEmpty()) {
            throw new InvalidOperationException(
                    ProblemCode.METHOD_NOT_PROXYABLE,
                    "%s of bean '%s' carries %s, which would be ignored: only methods are intercepted"
                            .formatted(type.getName(), beanName, String.join(", ", annotations)),
                    "Annotate the methods instead, and give the annotation @Target(ElementType.METHOD).");
        }
    }
}
