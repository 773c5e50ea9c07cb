package io.integrationkit.call;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.KotlinDetector;
import org.springframework.util.ReflectionUtils;

/** Turns a method into a handle that takes the target and an array of the arguments. */
final class DirectCall {

    private static final MethodType TARGET_AND_ARGUMENTS =
            MethodType.methodType(Object.class, Object.class, Object[].class);

    private DirectCall() {}

    /**
     * Makes the handle.
     *
     * @param called the method, also one that bridges to another
     * @return its handle; {@code null} if it needs a way of its own (Kotlin's suspending functions) or is not accessible
     */
    static @Nullable MethodHandle of(Method called) {
        Method method = BridgeMethodResolver.findBridgedMethod(called);
        if (KotlinDetector.isSuspendingFunction(method)) {
            return null;
        }
        try {
            ReflectionUtils.makeAccessible(method);
            return MethodHandles.lookup()
                    .unreflect(method)
                    .asFixedArity()
                    .asSpreader(Object[].class, method.getParameterCount())
                    .asType(TARGET_AND_ARGUMENTS);
        } catch (IllegalAccessException | InaccessibleObjectException ex) {
            return null;
        }
    }
}
