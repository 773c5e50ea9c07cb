package io.integrationkit.call;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.DefaultAdvisorChainFactory;
import org.springframework.aop.framework.ReflectiveMethodInvocation;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.util.Assert;

/**
 * Runs the advice behind ours, and the method, once more. An invocation counts how far its chain has come, so one that
 * ran cannot run again, and one copied after it ran would pass over the remaining advice. A copy before each first
 * attempt would cost every call; so the remaining advice is looked up at the proxy, and only when a call is repeated.
 * A proxy that cannot be asked ({@code opaque}) gets the copy. Where nothing stands behind ours in a proxy that we made,
 * the invocation is left out and the method is called by a handle: reflection, by which an invocation calls it, wraps
 * each exception of the callee in another one, whose stack trace costs as much again.
 *
 * <p>Each attempt gets the arguments that came to us, also where advice behind us passed on others; elements that
 * somebody replaced in the array itself stay replaced. Each is the current invocation of its thread, which is what
 * advice of AspectJ asks for, and which need not be the thread of the call.
 */
final class AdviceChain implements Call.Repetition {

    private static final MethodInterceptor EXPOSING = ExposeInvocationInterceptor.INSTANCE;

    private final MethodInterceptor ours;

    private final @Nullable OperationProxyFactory own;

    private volatile @Nullable Remaining remaining;

    private volatile @Nullable Alone alone;

    AdviceChain(MethodInterceptor ours, @Nullable OperationProxyFactory own) {
        this.ours = ours;
        this.own = own;
    }

    /** Whether invocations of this proxy can be repeated without a copy made before the first attempt. */
    static boolean canRepeat(MethodInvocation invocation) {
        return invocation instanceof ReflectiveMethodInvocation reflective && reflective.getProxy() instanceof Advised;
    }

    /** A copy of an invocation that has not run. */
    static MethodInvocation copyOf(ProxyMethodInvocation original, @Nullable Object[] arguments) {
        return new Copy(original.invocableClone(arguments));
    }

    @Override
    public @Nullable MethodHandle method(MethodInvocation first) {
        OperationProxyFactory factory = this.own;
        if (factory == null) {
            return null;
        }
        Alone known = this.alone;
        if (known == null || known.advice() != factory.advice()) {
            known = new Alone(factory.advice(), first.getMethod(), methodBehindOurs(factory, first));
            this.alone = known;
        }
        return (known.method() == first.getMethod()) ? known.handle() : null;
    }

    private @Nullable MethodHandle methodBehindOurs(OperationProxyFactory factory, MethodInvocation first) {
        List<Object> all = allOf(factory, first);
        boolean last = !all.isEmpty() && all.get(all.size() - 1) == this.ours;
        return last ? DirectCall.of(first.getMethod()) : null;
    }

    @Override
    public MethodInvocation of(MethodInvocation first, @Nullable Object[] arguments) {
        if (!(first instanceof ReflectiveMethodInvocation reflective)
                || !(reflective.getProxy() instanceof Advised advised)) {
            throw new IllegalStateException("The proxy cannot be asked for its advice");
        }
        Remaining chain = this.remaining;
        Advisor[] advisors = advised.getAdvisors();
        if (chain == null || !chain.isOf(first.getMethod(), advisors)) {
            chain = new Remaining(first.getMethod(), advisors, behindOurs(advised, reflective));
            this.remaining = chain;
        }
        // With nothing behind us the first invocation has come to its end, where it can only call the method again.
        return chain.interceptors().isEmpty() ? first : new Repeated(reflective, arguments, chain.interceptors());
    }

    private static List<Object> allOf(Advised advised, MethodInvocation first) {
        Object target = first.getThis();
        return DefaultAdvisorChainFactory.INSTANCE.getInterceptorsAndDynamicInterceptionAdvice(
                advised, first.getMethod(), (target != null) ? target.getClass() : null);
    }

    private List<Object> behindOurs(Advised advised, MethodInvocation first) {
        List<Object> all = allOf(advised, first);
        int index = all.indexOf(this.ours);
        Assert.state(index >= 0, "our advice is no more part of the proxy");
        if (index == all.size() - 1) {
            return List.of();
        }
        List<Object> behind = new ArrayList<>();
        behind.add(EXPOSING);
        behind.addAll(all.subList(index + 1, all.size()));
        return behind;
    }

    /**
     * What is called where nothing stands behind ours, as long as the advice is the same.
     *
     * @param handle {@code null} if the method has to be called by the invocation
     */
    private record Alone(
            Object advice, Method method, @Nullable MethodHandle handle) {}

    /** The advice behind ours, as long as the proxy has the very same advisors. */
    private record Remaining(Method method, Advisor[] advisors, List<Object> interceptors) {

        boolean isOf(Method called, Advisor[] present) {
            if (this.advisors.length != present.length || !this.method.equals(called)) {
                return false;
            }
            for (int i = 0; i < present.length; i++) {
                if (this.advisors[i] != present[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Knows the attributes of the first invocation; what is set for one attempt is not seen by another. */
    private static final class Repeated extends ReflectiveMethodInvocation {

        private final ReflectiveMethodInvocation first;

        Repeated(ReflectiveMethodInvocation first, @Nullable Object[] arguments, List<Object> interceptors) {
            super(
                    first.getProxy(),
                    first.getThis(),
                    first.getMethod(),
                    arguments,
                    (first.getThis() != null) ? first.getThis().getClass() : null,
                    interceptors);
            this.first = first;
        }

        @Override
        public @Nullable Object getUserAttribute(String key) {
            Object own = super.getUserAttribute(key);
            return (own != null) ? own : this.first.getUserAttribute(key);
        }
    }

    /** A copy that becomes the current invocation of the thread on which it runs. */
    private record Copy(MethodInvocation copy) implements MethodInvocation {

        @Override
        public @Nullable Object proceed() throws Throwable {
            return EXPOSING.invoke(this.copy);
        }

        @Override
        public Method getMethod() {
            return this.copy.getMethod();
        }

        @Override
        public @Nullable Object[] getArguments() {
            return this.copy.getArguments();
        }

        @Override
        public @Nullable Object getThis() {
            return this.copy.getThis();
        }

        @Override
        public AccessibleObject getStaticPart() {
            return this.copy.getStaticPart();
        }
    }
}
