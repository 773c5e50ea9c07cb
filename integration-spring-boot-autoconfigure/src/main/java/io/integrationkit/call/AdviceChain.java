package io.integrationkit.call;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AdvisedSupport;
import org.springframework.aop.framework.DefaultAdvisorChainFactory;
import org.springframework.aop.framework.ReflectiveMethodInvocation;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.util.Assert;

/**
 * Runs the advice behind ours, and the method, once more. An invocation counts how far its chain has come, so one that
 * ran cannot run again, and one copied after it ran would pass over the remaining advice. A copy before each first
 * attempt would cost every call; so the remaining advice is looked up at the proxy, and only when a call is repeated.
 * A proxy that cannot be asked ({@code opaque}) gets the copy.
 *
 * <p>The arguments are those of the first attempt, also where it changed their content.
 */
final class AdviceChain implements Call.Repetition {

    private final MethodInterceptor ours;

    private volatile @Nullable Remaining remaining;

    AdviceChain(MethodInterceptor ours) {
        this.ours = ours;
    }

    /** Whether invocations of this proxy can be repeated without a copy made before the first attempt. */
    static boolean canRepeat(MethodInvocation invocation) {
        return invocation instanceof ReflectiveMethodInvocation reflective && reflective.getProxy() instanceof Advised;
    }

    @Override
    public MethodInvocation of(MethodInvocation first) {
        if (!(first instanceof ReflectiveMethodInvocation reflective)
                || !(reflective.getProxy() instanceof Advised advised)) {
            Assert.state(first instanceof ProxyMethodInvocation, "not an invocation of a Spring proxy");
            return ((ProxyMethodInvocation) first).invocableClone();
        }
        Remaining chain = this.remaining;
        int advisors = advised.getAdvisorCount();
        if (chain == null || chain.advisors() != advisors || !chain.method().equals(first.getMethod())) {
            chain = new Remaining(first.getMethod(), advisors, behindOurs(advised, reflective));
            this.remaining = chain;
        }
        // With nothing behind us the first invocation has come to its end, where it can only call the method again.
        return chain.interceptors().isEmpty() ? first : new Repeated(reflective, chain.interceptors());
    }

    private List<Object> behindOurs(Advised advised, ReflectiveMethodInvocation first) {
        Object target = first.getThis();
        List<Object> all = chainOf(advised, first.getMethod(), (target != null) ? target.getClass() : null);
        int index = all.indexOf(this.ours);
        Assert.state(index >= 0, "our advice is no more part of the proxy");
        List<Object> behind = new ArrayList<>(all.subList(index + 1, all.size()));
        // On another thread the advice of AspectJ would not find the invocation that it belongs to.
        if (!behind.isEmpty() && all.subList(0, index).contains(ExposeInvocationInterceptor.INSTANCE)) {
            behind.add(0, ExposeInvocationInterceptor.INSTANCE);
        }
        return List.copyOf(behind);
    }

    private static List<Object> chainOf(Advised advised, Method method, @Nullable Class<?> targetClass) {
        return (advised instanceof AdvisedSupport support)
                ? support.getInterceptorsAndDynamicInterceptionAdvice(method, targetClass)
                : DefaultAdvisorChainFactory.INSTANCE.getInterceptorsAndDynamicInterceptionAdvice(
                        advised, method, targetClass);
    }

    private record Remaining(Method method, int advisors, List<Object> interceptors) {}

    /**
     * Shares the attributes of the first invocation: advice of AspectJ leaves there what its pointcut bound. All but the
     * call: a lazy result may be subscribed to several times at once, and each subscription is a call of its own.
     */
    private static final class Repeated extends ReflectiveMethodInvocation {

        private final ReflectiveMethodInvocation first;

        Repeated(ReflectiveMethodInvocation first, List<Object> interceptors) {
            super(
                    first.getProxy(),
                    first.getThis(),
                    first.getMethod(),
                    first.getArguments(),
                    (first.getThis() != null) ? first.getThis().getClass() : null,
                    interceptors);
            this.first = first;
        }

        @Override
        public void setUserAttribute(String key, @Nullable Object value) {
            if (key.equals(OperationInterceptor.CALL)) {
                super.setUserAttribute(key, value);
            } else {
                this.first.setUserAttribute(key, value);
            }
        }

        @Override
        public @Nullable Object getUserAttribute(String key) {
            Object own = key.equals(OperationInterceptor.CALL) ? super.getUserAttribute(key) : null;
            return (own != null) ? own : this.first.getUserAttribute(key);
        }
    }
}
