package io.integrationkit.call;

import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import org.springframework.transaction.interceptor.TransactionAspectSupport;

/**
 * Reads the finished proxy of a bean, through all its layers, and reports an annotated method that is not intercepted
 * or whose transaction advice does not stand between our outer and inner advice.
 */
final class ProxyCheck {

    private ProxyCheck() {}

    static void check(
            String beanName,
            Object bean,
            Class<?> type,
            List<Method> methods,
            List<InvalidOperationException> problems) {
        List<Object> advice = ProxyLayers.of(bean).advice();
        for (Method method : methods) {
            if (Proxy.isProxyClass(bean.getClass())
                    && !Interceptable.isDeclaredBy(bean.getClass().getInterfaces(), type, method)) {
                problems.add(Interceptable.notInInterface(beanName, method));
                continue;
            }
            int outer = indexOf(advice, OperationInterceptor.Outer.class, method);
            int inner = indexOf(advice, OperationInterceptor.Inner.class, method);
            if (outer < 0) {
                problems.add(notProxied(beanName, method));
                continue;
            }
            int transaction = indexOfTransaction(advice);
            if (transaction >= 0 && (transaction < outer || (inner >= 0 && transaction > inner))) {
                problems.add(order(beanName, method));
            }
        }
    }

    private static int indexOf(List<Object> advice, Class<? extends OperationInterceptor> side, Method method) {
        for (int i = 0; i < advice.size(); i++) {
            if (side.isInstance(advice.get(i)) && ((OperationInterceptor) advice.get(i)).plan.isOf(method)) {
                return i;
            }
        }
        return -1;
    }

    private static int indexOfTransaction(List<Object> advice) {
        for (int i = 0; i < advice.size(); i++) {
            if (advice.get(i) instanceof TransactionAspectSupport) {
                return i;
            }
        }
        return -1;
    }

    private static InvalidOperationException notProxied(String beanName, Method method) {
        return new InvalidOperationException(
                ProblemCode.BEAN_NOT_PROXIED,
                "%s carries an annotation of the Integration Kit, but the bean was not intercepted"
                        .formatted(OperationMethods.describe(beanName, method)),
                "Let Spring create the bean, and do not inject it into a BeanPostProcessor or register it as a ready"
                        + " singleton.");
    }

    private static InvalidOperationException order(String beanName, Method method) {
        return new InvalidOperationException(
                ProblemCode.ADVICE_ORDER,
                "The transaction advice of %s is not between our outer and our inner advice"
                        .formatted(OperationMethods.describe(beanName, method)),
                "Remove the auto-proxy creator that wraps the bean a second time, or give it an order of highest"
                        + " precedence.");
    }
}
