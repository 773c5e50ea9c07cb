package io.integrationkit.call;

import io.integrationkit.context.TimeSource;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.concurrent.Callable;
import org.aopalliance.intercept.MethodInvocation;

/** Calls without a proxy, for tests of single stages. */
public final class SimpleCalls {

    private SimpleCalls() {}

    public static Operation operation(Object target, String method) {
        return operation(target.getClass(), method);
    }

    public static Operation operation(Class<?> type, String method) {
        for (Method candidate : type.getDeclaredMethods()) {
            if (candidate.getName().equals(method) && !candidate.isBridge()) {
                return new Operation("bean." + method, "bean", type, candidate);
            }
        }
        throw new IllegalArgumentException(method);
    }

    public static Call call(Operation operation, Object... arguments) {
        return call(TimeSource.system(), operation, arguments);
    }

    public static Call call(TimeSource time, Operation operation, Object... arguments) {
        return new Call(operation, invocation(operation, arguments), (first, same) -> first, time);
    }

    static MethodInvocation invocation(Operation operation, Object... arguments) {
        return new Invocation(operation.method(), arguments);
    }

    /** A stage that stands for the method. */
    public static Stage method(Callable<?> body) {
        return (call) -> body.call();
    }

    private record Invocation(Method method, Object[] arguments) implements MethodInvocation {

        @Override
        public Method getMethod() {
            return this.method;
        }

        @Override
        public Object[] getArguments() {
            return this.arguments;
        }

        @Override
        public Object proceed() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object getThis() {
            return null;
        }

        @Override
        public AccessibleObject getStaticPart() {
            return this.method;
        }
    }
}
