package io.integrationkit.replay;

import io.integrationkit.deadletter.DeadLetters;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/** What a job uses, with a process that dies at one of the steps. */
final class Crashing {

    private Crashing() {}

    /** The process is dead: nothing of it runs any more. */
    static final class Death extends Error {

        private static final long serialVersionUID = 1L;
    }

    /** Does something before the n-th call of a method. */
    static DeadLetters before(DeadLetters target, String method, int number, Runnable action) {
        AtomicInteger calls = new AtomicInteger();
        return proxy(DeadLetters.class, (proxy, called, arguments) -> {
            if (called.getName().equals(method) && calls.incrementAndGet() == number) {
                action.run();
            }
            return invoke(target, called, arguments);
        });
    }

    /** Dies before or after one of the calls of both: step 0 is before the first one, step 1 after it, and so on. */
    static <T> T dyingAt(Class<T> type, T target, AtomicInteger steps, int death) {
        return proxy(type, (proxy, called, arguments) -> {
            if (steps.getAndIncrement() >= death) {
                throw new Death();
            }
            Object result = invoke(target, called, arguments);
            if (steps.getAndIncrement() >= death) {
                throw new Death();
            }
            return result;
        });
    }

    private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException ex) {
            throw ex.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(Crashing.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
