package io.integrationkit.call;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The operations of the application and their plans. After the singletons exist it goes through the types of all bean
 * definitions, without instantiating lazy or prototype beans, and makes a plan for each annotated method; everything
 * that cannot work is reported together and ends start-up.
 *
 * <p>Safe for use by any number of threads.
 */
public final class OperationRegistry implements SmartInitializingSingleton {

    private static final Logger LOGGER = LoggerFactory.getLogger(OperationRegistry.class);

    private final ConfigurableListableBeanFactory beanFactory;

    private final Supplier<List<PlanContributor>> contributors;

    private final TimeSource time;

    private final Map<Signature, Plan> plans = new LinkedHashMap<>();

    private final Map<String, Plan> plansByName = new LinkedHashMap<>();

    private final SelfInvocations selfInvocations = new SelfInvocations();

    /**
     * Creates a registry.
     *
     * @param beanFactory where the beans are
     * @param contributors features in their order; asked when the first plan is made
     * @param time measures the calls
     */
    public OperationRegistry(
            ConfigurableListableBeanFactory beanFactory,
            Supplier<List<PlanContributor>> contributors,
            TimeSource time) {
        this.beanFactory = beanFactory;
        this.time = time;
        this.contributors = contributors;
    }

    @Override
    public void afterSingletonsInstantiated() {
        List<InvalidOperationException> problems = new ArrayList<>();
        Set<String> names = beanNames();
        for (String beanName : names) {
            Class<?> type = isScopedProxy(beanName) ? null : typeOf(beanName);
            if (type == null || AopInfrastructureBean.class.isAssignableFrom(type)) {
                continue;
            }
            List<Method> methods = OperationMethods.of(type);
            try {
                Interceptable.requireNothingOnClass(beanName, type);
            } catch (InvalidOperationException ex) {
                problems.add(ex);
            }
            Object bean = methods.isEmpty() ? null : existing(beanName);
            for (Method method : methods) {
                try {
                    PlanReference other = (bean != null) ? planOfAnotherName(beanName, bean, method) : null;
                    if (other == null) {
                        plan(beanName, type, method);
                    } else if (!names.contains(other.beanName())) {
                        other.get();
                    }
                } catch (InvalidOperationException ex) {
                    problems.add(ex);
                }
            }
            if (problems.isEmpty() && bean != null) {
                ProxyCheck.check(beanName, bean, type, methods, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw (problems.size() == 1) ? problems.get(0) : new InvalidOperationsException(problems);
        }
    }

    /**
     * Returns the plans of all operations known so far.
     *
     * @return a copy, in the order of the bean definitions
     */
    public Collection<Plan> plans() {
        synchronized (this.plans) {
            return List.copyOf(this.plansByName.values());
        }
    }

    /**
     * Finds a plan by the name of its operation.
     *
     * @param operation name of the operation
     * @return its plan, or {@code null} if there is no such operation
     */
    public @Nullable Plan find(String operation) {
        synchronized (this.plans) {
            return this.plansByName.get(operation);
        }
    }

    /** Makes the plan of a method, or returns the one made before. */
    Plan plan(String beanName, Class<?> beanType, Method method) {
        Signature key = Signature.of(beanName, method);
        synchronized (this.plans) {
            Plan plan = this.plans.get(key);
            if (plan == null) {
                plan = makePlan(beanName, beanType, method);
                Plan same = this.plansByName.putIfAbsent(plan.operation().name(), plan);
                if (same != null) {
                    throw new InvalidOperationException(
                            ProblemCode.DUPLICATE_OPERATION,
                            "Operation '%s' is both %s and %s"
                                    .formatted(
                                            plan.operation().name(),
                                            OperationMethods.describe(
                                                    same.operation().beanName(),
                                                    same.operation().method()),
                                            OperationMethods.describe(beanName, method)),
                            "Give one of them a name of its own: the annotation's attribute 'operation'.");
                }
                this.plans.put(key, plan);
            }
            return plan;
        }
    }

    /**
     * Defines an operation whose work is given in code. To be asked for once and kept: a name cannot be taken twice.
     *
     * @param operation the operation; its method stands for its calls and carries no annotation of ours
     * @param stages adds what this operation is to have, after what every operation has
     * @return the operation
     * @throws InvalidOperationException if there is an operation of this name, or the contributor refuses it
     */
    public CodeOperation define(Operation operation, PlanContributor stages) {
        synchronized (this.plans) {
            Plan same = this.plansByName.get(operation.name());
            if (same != null) {
                throw new InvalidOperationException(
                        ProblemCode.DUPLICATE_OPERATION,
                        "Operation '%s' cannot be defined in code: it is %s"
                                .formatted(
                                        operation.name(),
                                        OperationMethods.describe(
                                                same.operation().beanName(),
                                                same.operation().method())),
                        "Give one of them a name of its own.");
            }
            Plan plan = build(operation, stages);
            this.plansByName.put(operation.name(), plan);
            return new CodeOperation(plan);
        }
    }

    private Plan makePlan(String beanName, Class<?> beanType, Method method) {
        Interceptable.require(beanName, beanType, method);
        return build(
                new Operation(nameOf(beanName, method), beanName, beanType, method),
                (operation, plan) -> findSelfInvocations(beanType, method, plan));
    }

    private Plan build(Operation operation, PlanContributor last) {
        PlanBuilder builder = new PlanBuilder(operation, this.time);
        this.contributors.get().forEach((contributor) -> contributor.contribute(operation, builder));
        last.contribute(operation, builder);
        return builder.build();
    }

    private void findSelfInvocations(Class<?> beanType, Method method, PlanBuilder plan) {
        List<String> callers = this.selfInvocations.of(beanType, method);
        if (!callers.isEmpty()) {
            plan.finding(
                    ProblemCode.SELF_INVOCATION,
                    "%s is called on 'this' by %s, beside the proxy: its annotations are ignored there; move it to a bean"
                                    .formatted(method.getName(), String.join(", ", callers))
                            + " of its own, or call it through a reference to the bean that was injected");
        }
    }

    private static String nameOf(String beanName, Method method) {
        List<String> names = OperationMethods.givenNames(method);
        if (names.size() > 1) {
            throw new InvalidOperationException(
                    ProblemCode.DUPLICATE_OPERATION,
                    "The annotations of %s give it the names %s"
                            .formatted(OperationMethods.describe(beanName, method), names),
                    "Keep one attribute 'operation'.");
        }
        return names.isEmpty() ? simpleName(beanName) + "." + method.getName() : names.get(0);
    }

    private static String simpleName(String beanName) {
        return beanName.startsWith("scopedTarget.") ? beanName.substring("scopedTarget.".length()) : beanName;
    }

    private Set<String> beanNames() {
        Set<String> names = new LinkedHashSet<>(List.of(this.beanFactory.getBeanDefinitionNames()));
        for (String singleton : this.beanFactory.getSingletonNames()) {
            if (!this.beanFactory.containsBeanDefinition(singleton)) {
                names.add(singleton);
            }
        }
        return names;
    }

    private @Nullable Object existing(String beanName) {
        return this.beanFactory.containsSingleton(beanName) ? this.beanFactory.getBean(beanName) : null;
    }

    /** An application may make one of its beans a bean once more; its calls are those of the first name. */
    private static @Nullable PlanReference planOfAnotherName(String beanName, Object bean, Method method) {
        PlanReference plan = ProxyLayers.of(bean).planOf(method);
        if (plan == null || plan.beanName().equals(beanName)) {
            return null;
        }
        LOGGER.info(
                "Bean '{}' is bean '{}' under a second name: {} is an operation of the latter only",
                beanName,
                plan.beanName(),
                method.getName());
        return plan;
    }

    /** Stands before a bean of another scope, whose class it has; the annotations are those of that bean. */
    private boolean isScopedProxy(String beanName) {
        return this.beanFactory.containsBeanDefinition(ScopedProxyUtils.getTargetBeanName(beanName));
    }

    private boolean isReady(String beanName) {
        return this.beanFactory.containsSingleton(beanName) && !this.beanFactory.isFactoryBean(beanName);
    }

    private @Nullable Class<?> typeOf(String beanName) {
        Class<?> type = null;
        if (this.beanFactory.containsBeanDefinition(beanName)) {
            if (this.beanFactory.getBeanDefinition(beanName).isAbstract()) {
                return null;
            }
            type = AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
        }
        if (type == null) {
            type = this.beanFactory.getType(beanName, false);
        }
        if (type != null && Proxy.isProxyClass(type) && isReady(beanName)) {
            return AopUtils.getTargetClass(this.beanFactory.getBean(beanName));
        }
        return (type != null) ? ClassUtils.getUserClass(type) : null;
    }

    /** A method of a bean, the same whether it was found on the bean's class or on an interface of it. */
    private record Signature(String beanName, String method, List<Class<?>> parameters) {

        static Signature of(String beanName, Method method) {
            return new Signature(beanName, method.getName(), List.of(method.getParameterTypes()));
        }
    }
}
