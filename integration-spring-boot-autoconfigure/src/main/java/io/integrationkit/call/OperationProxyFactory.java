package io.integrationkit.call;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;

/**
 * Makes the proxy of a bean that has none yet. It finds the advice of an operation by the identity of its method, which
 * costs a call less than Spring's look-up by equality, and lets those who remember something about the advice see that
 * it was changed.
 *
 * <p>What was looked up is kept with the advice it was read from, and given up with it. So who looks up while the advice
 * changes cannot leave anything behind for those who come later, as in Spring's own memory (7.0) it can.
 */
final class OperationProxyFactory extends ProxyFactory {

    private static final long serialVersionUID = 1L;

    private transient volatile Known known = new Known();

    /** Stands for the advice as it is now; another object as soon as some was added or removed. */
    Object advice() {
        return this.known;
    }

    @Override
    public List<Object> getInterceptorsAndDynamicInterceptionAdvice(Method method, @Nullable Class<?> targetClass) {
        Known present = this.known;
        for (Chain chain : present.operations) {
            if (chain.method() == method) {
                return chain.interceptors();
            }
        }
        List<Object> interceptors = present.all.get(method);
        if (interceptors == null) {
            interceptors =
                    getAdvisorChainFactory().getInterceptorsAndDynamicInterceptionAdvice(this, method, targetClass);
            present.all.put(method, interceptors);
        }
        if (!interceptors.isEmpty()) {
            present.remember(new Chain(method, interceptors));
        }
        return interceptors;
    }

    @Override
    protected void adviceChanged() {
        super.adviceChanged();
        this.known = new Known();
    }

    private record Chain(Method method, List<Object> interceptors) {}

    /** What was looked up since the advice changed last. */
    private static final class Known {

        private static final Chain[] NONE = {};

        private final Map<Method, List<Object>> all = new ConcurrentHashMap<>();

        private volatile Chain[] operations = NONE;

        /** A method may come as several objects that are equal; one of them is remembered, the latest. */
        synchronized void remember(Chain chain) {
            Chain[] before = this.operations;
            int place = 0;
            while (place < before.length && !before[place].method().equals(chain.method())) {
                place++;
            }
            Chain[] next = Arrays.copyOf(before, Math.max(before.length, place + 1));
            next[place] = chain;
            this.operations = next;
        }
    }
}
