package io.integrationkit.call;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.transaction.interceptor.TransactionAspectSupport;

/**
 * The proxies around a bean, outermost first. There are several where an auto-proxy creator wraps what is a proxy already:
 * a bean that the application made a bean once more, under a second name.
 */
final class ProxyLayers {

    private final List<Advised> layers = new ArrayList<>();

    private ProxyLayers(Object bean) {
        Object layer = bean;
        while (layer instanceof Advised advised) {
            this.layers.add(advised);
            layer = AopProxyUtils.getSingletonTarget(layer);
        }
    }

    static ProxyLayers of(Object bean) {
        return new ProxyLayers(bean);
    }

    /** The advice of all layers, outermost first. */
    List<Object> advice() {
        List<Object> advice = new ArrayList<>();
        for (Advised layer : this.layers) {
            advice.addAll(adviceOf(layer));
        }
        return advice;
    }

    /** The plan to which one of the layers takes the calls of a method; {@code null} if none does. */
    @Nullable
    PlanReference planOf(Method method) {
        for (Object advice : advice()) {
            if (advice instanceof OperationInterceptor.Outer outer && outer.plan.isOf(method)) {
                return outer.plan;
            }
        }
        return null;
    }

    /**
     * Leaves the transaction to the layer that intercepts operations, where each attempt has its own. In a layer around
     * it, the same advice would begin one before, for all attempts together.
     */
    void leaveTransactionsToOperations() {
        for (int inner = 1; inner < this.layers.size(); inner++) {
            List<Object> advice = adviceOf(this.layers.get(inner));
            if (advice.stream().anyMatch(OperationInterceptor.Outer.class::isInstance)) {
                this.layers.subList(0, inner).forEach((layer) -> removeTransactions(layer, advice));
                return;
            }
        }
    }

    private static void removeTransactions(Advised layer, List<Object> inner) {
        if (layer.isFrozen()) {
            return;
        }
        for (Advisor advisor : layer.getAdvisors()) {
            if (advisor.getAdvice() instanceof TransactionAspectSupport transactions && inner.contains(transactions)) {
                layer.removeAdvisor(advisor);
            }
        }
    }

    private static List<Object> adviceOf(Advised layer) {
        List<Object> advice = new ArrayList<>();
        for (Advisor advisor : layer.getAdvisors()) {
            advice.add(advisor.getAdvice());
        }
        return advice;
    }
}
