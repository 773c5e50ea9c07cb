package io.integrationkit.call;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyConfig;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.ProxyProcessorSupport;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.SmartClassLoader;
import org.springframework.transaction.interceptor.TransactionAspectSupport;

/**
 * Puts the two advisors of each annotated method into the proxy of its bean: the outer one directly before the
 * transaction advice, the inner one directly behind it, whatever order the application gave that advice. Where the
 * bean has no proxy, it gets one; so nothing depends on which auto-proxy creator runs, or whether one does.
 *
 * <p>Each advisor is bound to one method of one bean, so that a call finds its plan without a look-up.
 */
public final class OperationProxyPostProcessor extends ProxyProcessorSupport
        implements SmartInstantiationAwareBeanPostProcessor, BeanFactoryAware {

    private static final long serialVersionUID = 1L;

    private final transient Supplier<OperationRegistry> registry;

    private transient @Nullable ConfigurableListableBeanFactory beanFactory;

    private final transient Set<String> earlyReferences = ConcurrentHashMap.newKeySet();

    /**
     * Creates a post-processor.
     *
     * @param registry where the plans come from; asked when a method is called first
     */
    public OperationProxyPostProcessor(Supplier<OperationRegistry> registry) {
        this.registry = registry;
        setProxyTargetClass(true);
        // After the auto-proxy creators (highest precedence), before those that wrap whatever is there (@Async).
        setOrder(Ordered.HIGHEST_PRECEDENCE + 1000);
    }

    /**
     * Takes over from the configuration of all proxies whether they are exposed. The rest of it our proxies need as it is:
     * they are asked for their advice, and get more of it while they are made.
     */
    @Override
    public void setBeanFactory(BeanFactory factory) {
        this.beanFactory = (factory instanceof ConfigurableListableBeanFactory listable) ? listable : null;
        if (factory.containsBean(AutoProxyUtils.DEFAULT_PROXY_CONFIG_BEAN_NAME)) {
            setExposeProxy(factory.getBean(AutoProxyUtils.DEFAULT_PROXY_CONFIG_BEAN_NAME, ProxyConfig.class)
                    .isExposeProxy());
        }
    }

    @Override
    public Object getEarlyBeanReference(Object bean, String beanName) {
        this.earlyReferences.add(beanName);
        return intercept(bean, beanName);
    }

    @Override
    public @Nullable Object postProcessAfterInitialization(Object bean, String beanName) {
        return this.earlyReferences.remove(beanName) ? bean : intercept(bean, beanName);
    }

    private Object intercept(Object bean, String beanName) {
        if (bean instanceof AopInfrastructureBean || bean instanceof Advisor || bean instanceof MethodInterceptor) {
            return bean;
        }
        ProxyLayers layers = ProxyLayers.of(bean);
        layers.leaveTransactionsToOperations();
        Class<?> type = AopUtils.getTargetClass(bean);
        // What the bean already is under another name it stays under this one: attempts would multiply.
        List<Method> methods = OperationMethods.of(type).stream()
                .filter((method) -> layers.planOf(method) == null)
                .toList();
        if (methods.isEmpty()) {
            return bean;
        }
        if (bean instanceof Advised advised && !advised.isFrozen()) {
            addAdvisors(advised, beanName, type, methods, isSingleton(bean, beanName));
            return bean;
        }
        ProxyFactory factory = new OperationProxyFactory();
        factory.copyFrom(this);
        factory.setTarget(bean);
        if (Proxy.isProxyClass(bean.getClass())
                || Modifier.isFinal(bean.getClass().getModifiers())) {
            factory.setProxyTargetClass(false);
            evaluateProxyInterfaces(bean.getClass(), factory);
            if (factory.isProxyTargetClass()) {
                // No proxy is possible; the check at start-up tells it of each annotated method.
                return bean;
            }
        }
        addAdvisors(factory, beanName, type, methods, isSingleton(bean, beanName));
        return factory.getProxy(classLoaderFor(bean));
    }

    /** Whether the bean lives as long as the application; in doubt, it does not. */
    private boolean isSingleton(Object bean, String beanName) {
        ConfigurableListableBeanFactory factory = this.beanFactory;
        return factory != null
                && factory.containsBeanDefinition(beanName)
                && factory.getMergedBeanDefinition(beanName).isSingleton()
                && (bean instanceof FactoryBean || !factory.isFactoryBean(beanName));
    }

    private void addAdvisors(Advised advised, String beanName, Class<?> type, List<Method> methods, boolean singleton) {
        OperationProxyFactory own = (advised instanceof OperationProxyFactory factory) ? factory : null;
        for (Method method : methods) {
            PlanReference plan = new PlanReference(beanName, type, method, this.registry);
            boolean inner = OperationMethods.mayRunInsideTransaction(method);
            int transaction = indexOfTransaction(advised);
            int end = advised.getAdvisors().length;
            advised.addAdvisor(
                    transaction < 0 ? end : transaction,
                    advisor(plan, new OperationInterceptor.Outer(plan, inner, own, singleton)));
            if (inner) {
                advised.addAdvisor(
                        transaction < 0 ? end + 1 : transaction + 2,
                        advisor(plan, new OperationInterceptor.Inner(plan)));
            }
        }
    }

    /** A restarting class loader (DevTools) cannot see the package-private parts of classes that it did not load. */
    private @Nullable ClassLoader classLoaderFor(Object bean) {
        ClassLoader own = getProxyClassLoader();
        return (own instanceof SmartClassLoader smart && own != bean.getClass().getClassLoader())
                ? smart.getOriginalClassLoader()
                : own;
    }

    private static int indexOfTransaction(Advised advised) {
        Advisor[] advisors = advised.getAdvisors();
        for (int i = 0; i < advisors.length; i++) {
            if (advisors[i].getAdvice() instanceof TransactionAspectSupport) {
                return i;
            }
        }
        return -1;
    }

    private static Advisor advisor(PlanReference plan, OperationInterceptor interceptor) {
        return new DefaultPointcutAdvisor(new OneMethod(plan.method()), interceptor);
    }

    /** Matches one method, also when it is called through the interface that declares it. */
    private static final class OneMethod extends StaticMethodMatcherPointcut {

        private final Method method;

        OneMethod(Method method) {
            this.method = method;
        }

        @Override
        public boolean matches(Method candidate, Class<?> targetClass) {
            return candidate.equals(this.method)
                    || AopUtils.getMostSpecificMethod(candidate, targetClass).equals(this.method);
        }

        /** Spring knows by the text whether the proxies of two instances may have one class. */
        @Override
        public String toString() {
            return getClass().getName() + ": " + this.method.toGenericString();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof OneMethod one && one.method.equals(this.method);
        }

        @Override
        public int hashCode() {
            return this.method.hashCode();
        }
    }
}
