package io.integrationkit.reliable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;

/**
 * A method that was found by its name. Made accessible once, when it is found, and never changed afterwards, so that a
 * private method can be called by any number of threads.
 */
final class BeanMethod {

    private final Method method;

    private final @Nullable Supplier<Object> bean;

    private BeanMethod(Method method, @Nullable Supplier<Object> bean) {
        this.method = method;
        this.bean = bean;
    }

    /** A method of the object whose operation is called: beside the operation, so without advice, and maybe private. */
    static BeanMethod ofTarget(Method method) {
        method.setAccessible(true);
        return new BeanMethod(method, null);
    }

    /** A method of another bean, called through its proxy if it has one. */
    static BeanMethod ofBean(Method method, Supplier<Object> bean) {
        method.setAccessible(true);
        return new BeanMethod(method, bean);
    }

    Method method() {
        return this.method;
    }

    /**
     * Calls the method.
     *
     * @param target the object whose operation was called
     * @param arguments arguments as the method takes them
     * @return what it returned
     * @throws Throwable what it threw, itself
     */
    @Nullable
    Object invoke(Object target, @Nullable Object[] arguments) throws Throwable {
        Object receiver = (this.bean != null) ? this.bean.get() : behindProxies(target);
        try {
            return on(receiver).invoke(receiver, arguments);
        } catch (InvocationTargetException ex) {
            throw ex.getTargetException();
        }
    }

    private Method on(Object receiver) {
        if (this.method.getDeclaringClass().isInstance(receiver)) {
            return this.method;
        }
        // A proxy that has only the interfaces of the bean. The answer is a copy of its own each time.
        Method ofInterface = AopUtils.selectInvocableMethod(this.method, receiver.getClass());
        ofInterface.setAccessible(true);
        return ofInterface;
    }

    /** The fields that a private method reads are those of the object itself, not of a proxy. */
    private static Object behindProxies(Object target) {
        Object object = target;
        while (object instanceof Advised) {
            Object inside = AopProxyUtils.getSingletonTarget(object);
            if (inside == null) {
                return object;
            }
            object = inside;
        }
        return object;
    }
}
