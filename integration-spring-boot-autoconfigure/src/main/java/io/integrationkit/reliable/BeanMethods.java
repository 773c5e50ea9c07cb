package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.OperationAnnotation;
import io.integrationkit.call.Spelling;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;

/** Finds the methods that annotations refer to by name: {@code method}, or {@code bean.method} of another bean. */
final class BeanMethods {

    /** Annotations that work only through a proxy, which a call beside the operation does not pass. */
    private static final List<String> NEED_A_PROXY = List.of(
            OperationAnnotation.class.getName(),
            "org.springframework.transaction.annotation.Transactional",
            "jakarta.transaction.Transactional",
            "org.springframework.scheduling.annotation.Async",
            "org.springframework.cache.annotation.Cacheable",
            "org.springframework.cache.annotation.CachePut",
            "org.springframework.cache.annotation.CacheEvict",
            "org.springframework.resilience.annotation.Retryable");

    private static final String BEHIND_SCOPED_PROXY = "scopedTarget.";

    private final ConfigurableListableBeanFactory beanFactory;

    BeanMethods(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /**
     * Finds the methods of a name; there may be several with different parameters.
     *
     * @param attribute what refers to them, such as {@code fallback}
     * @param reference name of a method of the operation's bean, or {@code bean.method}
     * @param operation the operation
     * @param expected the signature that is expected, for the message
     * @return the methods, at least one, with the class they were found on
     * @throws InvalidOperationException if there is none, or it cannot be called
     */
    Found find(String attribute, String reference, Operation operation, String expected) {
        int dot = reference.lastIndexOf('.');
        String name = reference.substring(dot + 1);
        String beanName = (dot < 0) ? null : reference.substring(0, dot);
        Class<?> owner = (beanName == null) ? operation.beanType() : typeOf(beanName);
        if (owner == null) {
            throw problem(
                    attribute,
                    reference,
                    operation,
                    "there is no bean '" + beanName + "'"
                            + didYouMean(beanName, Arrays.asList(this.beanFactory.getBeanDefinitionNames())),
                    expected);
        }
        List<Method> all = methods(owner);
        List<BeanMethod> named = new ArrayList<>();
        for (Method method : all) {
            if (method.getName().equals(name) && !isOperation(method, operation)) {
                named.add(beanMethod(attribute, reference, operation, beanName, method));
            }
        }
        if (named.isEmpty()) {
            List<String> names = all.stream().map(Method::getName).distinct().toList();
            throw problem(
                    attribute,
                    reference,
                    operation,
                    "%s has no method '%s'%s".formatted(owner.getName(), name, didYouMean(name, names)),
                    expected);
        }
        return new Found(owner, named);
    }

    /** Checks that a method can be called, of the object itself where no bean is named. */
    BeanMethod beanMethod(
            String attribute, String reference, Operation operation, @Nullable String beanName, Method method) {
        if (beanName != null) {
            if (Modifier.isPrivate(method.getModifiers())) {
                throw new InvalidOperationException(
                        ProblemCode.FALLBACK_NOT_FOUND,
                        "The %s '%s' of operation '%s' is private, and of another bean"
                                .formatted(attribute, reference, operation),
                        "Remove 'private' from %s.".formatted(method));
            }
            return BeanMethod.ofBean(method, () -> this.beanFactory.getBean(beanName));
        }
        requireNothingIgnored(attribute, reference, operation, method);
        return BeanMethod.ofTarget(method);
    }

    private static void requireNothingIgnored(String attribute, String reference, Operation operation, Method method) {
        MergedAnnotations annotations = MergedAnnotations.from(method);
        NEED_A_PROXY.stream().filter(annotations::isPresent).findFirst().ifPresent((ignored) -> {
            throw new InvalidOperationException(
                    ProblemCode.FALLBACK_NOT_FOUND,
                    "The %s '%s' of operation '%s' carries @%s, which would be ignored: it is called beside the proxy"
                            .formatted(attribute, reference, operation, ClassUtils.getShortName(ignored)),
                    "Move the method to another bean and refer to it as 'bean.%s', or remove the annotation."
                            .formatted(method.getName()));
        });
    }

    static InvalidOperationException problem(
            String attribute, String reference, Operation operation, String reason, String expected) {
        return new InvalidOperationException(
                ProblemCode.FALLBACK_NOT_FOUND,
                "The %s '%s' of operation '%s' does not fit: %s".formatted(attribute, reference, operation, reason),
                "Declare %s".formatted(expected));
    }

    private static String didYouMean(@Nullable String name, List<String> candidates) {
        String nearest = (name != null) ? Spelling.nearest(name, candidates) : null;
        return (nearest != null) ? "; did you mean '" + nearest + "'?" : "";
    }

    private static boolean isOperation(Method method, Operation operation) {
        return method.getName().equals(operation.method().getName())
                && Arrays.equals(method.getParameterTypes(), operation.method().getParameterTypes());
    }

    /** Names of all beans, without those that only stand behind a scoped proxy. */
    List<String> beanNames() {
        List<String> names = new ArrayList<>(List.of(this.beanFactory.getBeanDefinitionNames()));
        for (String singleton : this.beanFactory.getSingletonNames()) {
            if (!this.beanFactory.containsBeanDefinition(singleton)) {
                names.add(singleton);
            }
        }
        names.removeIf((name) -> name.startsWith(BEHIND_SCOPED_PROXY));
        return names;
    }

    /** The name under which an application knows a bean. */
    static String simpleName(String beanName) {
        return beanName.startsWith(BEHIND_SCOPED_PROXY) ? beanName.substring(BEHIND_SCOPED_PROXY.length()) : beanName;
    }

    /** The class of a bean, not of its proxy; the bean is not made for it. */
    @Nullable
    Class<?> typeOf(String beanName) {
        String behind = BEHIND_SCOPED_PROXY + beanName;
        String name = this.beanFactory.containsBeanDefinition(behind) ? behind : beanName;
        if (!this.beanFactory.containsBean(name)) {
            return null;
        }
        if (this.beanFactory.containsBeanDefinition(name)) {
            if (this.beanFactory.getBeanDefinition(name).isAbstract()) {
                return null;
            }
            Class<?> target = AutoProxyUtils.determineTargetClass(this.beanFactory, name);
            if (target != null) {
                return ClassUtils.getUserClass(target);
            }
        }
        Class<?> type = this.beanFactory.getType(name, false);
        return (type != null) ? ClassUtils.getUserClass(type) : null;
    }

    /** All methods a class has, also private ones of its superclasses and those that interfaces bring. */
    static List<Method> methods(Class<?> owner) {
        Map<List<Object>, Method> methods = new LinkedHashMap<>();
        for (Class<?> type = owner; type != null && type != Object.class; type = type.getSuperclass()) {
            collect(type, methods);
        }
        ClassUtils.getAllInterfacesForClassAsSet(owner).forEach((type) -> collect(type, methods));
        // A bridge hides the method it overrides, and stands for the one it leads to.
        return methods.values().stream()
                .map(BridgeMethodResolver::findBridgedMethod)
                .filter((method) -> !method.isSynthetic())
                .distinct()
                .toList();
    }

    private static void collect(Class<?> type, Map<List<Object>, Method> methods) {
        Stream.of(type.getDeclaredMethods())
                .sorted((one, other) -> one.toString().compareTo(other.toString()))
                .forEach((method) ->
                        methods.putIfAbsent(List.of(method.getName(), List.of(method.getParameterTypes())), method));
    }

    /**
     * What a name led to.
     *
     * @param owner class that has the methods
     * @param methods the methods of that name
     */
    record Found(Class<?> owner, List<BeanMethod> methods) {}
}
