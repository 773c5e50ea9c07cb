package io.integrationkit.call;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;
import org.springframework.util.ClassUtils;

/**
 * Finds calls of an annotated method on {@code this}, which no proxy sees, in the class files of a bean's class, its
 * superclasses and interfaces. Reads only; a class file that is not there or of an unknown kind says nothing. A call
 * through a variable that holds {@code this}, or from an inner class, is not found.
 */
final class SelfInvocations {

    private static final Logger LOGGER = LoggerFactory.getLogger(SelfInvocations.class);

    private final Map<Class<?>, List<Found>> calls = new HashMap<>();

    /**
     * Finds the calls of one method.
     *
     * @param type class of the bean
     * @param method the annotated method
     * @return the methods that call it, with their line, such as {@code Orders.place (line 17)}
     */
    List<String> of(Class<?> type, Method method) {
        String descriptor = Type.getMethodDescriptor(method);
        Set<String> callers = new LinkedHashSet<>();
        for (Class<?> each : hierarchy(type)) {
            for (Found found : this.calls.computeIfAbsent(each, SelfInvocations::read)) {
                if (found.call().name().equals(method.getName())
                        && found.call().descriptor().equals(descriptor)
                        && !isOverride(found, method, descriptor)) {
                    callers.add(found.describe(each));
                }
            }
        }
        return List.copyOf(callers);
    }

    /** Its own super method, or itself: what the proxy intercepted already. */
    private static boolean isOverride(Found found, Method method, String descriptor) {
        return found.caller().equals(method.getName()) && found.descriptor().equals(descriptor);
    }

    private static List<Class<?>> hierarchy(Class<?> type) {
        List<Class<?>> hierarchy = new ArrayList<>();
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            hierarchy.add(each);
        }
        hierarchy.addAll(ClassUtils.getAllInterfacesForClassAsSet(type));
        hierarchy.removeIf(LibraryClasses::contains);
        return hierarchy;
    }

    private static List<Found> read(Class<?> type) {
        String file = ClassUtils.getClassFileName(type);
        try (InputStream in = type.getResourceAsStream(file)) {
            if (in == null) {
                return List.of();
            }
            Reading reading = new Reading();
            new ClassReader(in).accept(reading, ClassReader.SKIP_FRAMES);
            return reading.found;
        } catch (IOException | RuntimeException ex) {
            LOGGER.debug("{} was not searched for calls of its own annotated methods", file, ex);
            return List.of();
        }
    }

    /** A method of the class and what it calls. */
    private record Found(String caller, String descriptor, CallsOnSelf.Call call) {

        String describe(Class<?> type) {
            String line = (this.call.line() > 0) ? " (line " + this.call.line() + ")" : "";
            return ClassUtils.getShortName(type) + "." + readable(this.caller) + line;
        }

        /** The body of a lambda expression is a method of its own, named after the one it stands in. */
        private static String readable(String method) {
            String[] parts = method.split("\\$", -1);
            if (method.equals("<init>") || (parts.length > 1 && parts[1].equals("new"))) {
                return "constructor";
            }
            return (parts.length == 3 && parts[0].equals("lambda")) ? parts[1] : method;
        }
    }

    private static final class Reading extends ClassVisitor {

        private final List<Found> found = new ArrayList<>();

        Reading() {
            super(SpringAsmInfo.ASM_VERSION);
        }

        @Override
        public @Nullable MethodVisitor visitMethod(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
            if ((access & (Opcodes.ACC_BRIDGE | Opcodes.ACC_ABSTRACT)) != 0) {
                return null;
            }
            boolean instanceMethod = (access & Opcodes.ACC_STATIC) == 0;
            return new CallsOnSelf(instanceMethod, (call) -> this.found.add(new Found(name, descriptor, call)));
        }
    }
}
