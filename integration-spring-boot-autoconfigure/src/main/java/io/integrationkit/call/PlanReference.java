package io.integrationkit.call;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;

/** The plan of one method, known once the singletons exist; a proxy is made before that. */
final class PlanReference {

    private final String beanName;

    private final Class<?> beanType;

    private final Method method;

    private final Supplier<OperationRegistry> registry;

    private volatile @Nullable Plan plan;

    PlanReference(String beanName, Class<?> beanType, Method method, Supplier<OperationRegistry> registry) {
        this.beanName = beanName;
        this.beanType = beanType;
        this.method = method;
        this.registry = registry;
    }

    Plan get() {
        Plan resolved = this.plan;
        if (resolved == null) {
            resolved = this.registry.get().plan(this.beanName, this.beanType, this.method);
            this.plan = resolved;
        }
        return resolved;
    }

    String beanName() {
        return this.beanName;
    }

    /** Whether this is the plan of a method, which may have been found on an interface of the bean. */
    boolean isOf(Method called) {
        return (called.getName().equals(this.method.getName())
                        && Arrays.equals(called.getParameterTypes(), this.method.getParameterTypes()))
                || AopUtils.getMostSpecificMethod(called, this.beanType).equals(this.method);
    }

    Method method() {
        return this.method;
    }
}
