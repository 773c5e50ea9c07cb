package io.integrationkit.deadletter;

import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.Sensitive;
import io.integrationkit.failure.Redaction;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntPredicate;
import org.springframework.util.ClassUtils;

/**
 * What is sensitive in the content of one entry.
 *
 * @param known whether the types are known that the content was made of; if not, only its shape may be shown
 * @param names names of fields that are annotated
 * @param arguments tells of the argument of an index whether all of it is sensitive
 */
record Sensitivity(boolean known, Set<String> names, IntPredicate arguments) {

    private static final Sensitivity UNKNOWN = new Sensitivity(false, Set.of(), (index) -> true);

    static Sensitivity of(DeadLetter letter, DeadLetterPrivacy privacy, Redaction redaction) {
        if (letter.kind() == DeadLetter.Kind.CALL) {
            Operation operation = privacy.operations().apply(letter.name());
            return (operation != null) ? ofCall(operation, privacy.codec(), redaction) : UNKNOWN;
        }
        if (letter.eventType() == null) {
            return new Sensitivity(true, Set.of(), (index) -> false);
        }
        int version = (letter.eventVersion() != null) ? letter.eventVersion() : 1;
        return ofEvent(privacy.events().of(letter.eventType(), version), privacy.codec());
    }

    private static Sensitivity ofCall(Operation operation, PayloadCodec codec, Redaction redaction) {
        Method method = operation.method();
        Set<String> names = new HashSet<>();
        for (Parameter parameter : method.getParameters()) {
            Set<String> found = codec.sensitiveNames(parameter.getParameterizedType());
            if (found == null) {
                return UNKNOWN;
            }
            names.addAll(found);
        }
        Set<Method> declarations = declarations(method, operation.beanType());
        boolean[] sensitive = new boolean[method.getParameterCount()];
        for (int i = 0; i < sensitive.length; i++) {
            int index = i;
            sensitive[i] = !method.getParameters()[i].isNamePresent()
                    || redaction.masks(method.getParameters()[i].getName())
                    || declarations.stream().anyMatch((each) -> codec.isSensitive(each.getParameters()[index]));
        }
        return new Sensitivity(true, names, (index) -> index >= sensitive.length || sensitive[index]);
    }

    /** The method itself, and those of superclasses and interfaces it implements, which may be the annotated ones. */
    private static Set<Method> declarations(Method method, Class<?> beanType) {
        Set<Class<?>> types = new LinkedHashSet<>(ClassUtils.getAllInterfacesForClassAsSet(beanType));
        for (Class<?> type = beanType; type != null; type = type.getSuperclass()) {
            types.add(type);
        }
        Set<Method> declarations = new LinkedHashSet<>(Set.of(method));
        for (Class<?> type : types) {
            Arrays.stream(type.getDeclaredMethods())
                    .filter((each) -> overrides(method, each))
                    .forEach(declarations::add);
        }
        return declarations;
    }

    /** Of a generic type only the number of parameters is compared: rather one too many than one too few. */
    private static boolean overrides(Method method, Method declared) {
        if (!declared.getName().equals(method.getName())
                || declared.getParameterCount() != method.getParameterCount()) {
            return false;
        }
        for (int i = 0; i < method.getParameterCount(); i++) {
            if (!declared.getParameterTypes()[i].isAssignableFrom(method.getParameterTypes()[i])) {
                return false;
            }
        }
        return true;
    }

    private static Sensitivity ofEvent(Collection<Class<?>> classes, PayloadCodec codec) {
        Set<String> names = new HashSet<>();
        for (Class<?> each : classes) {
            Set<String> found = each.isAnnotationPresent(Sensitive.class) ? null : codec.sensitiveNames(each);
            if (found == null) {
                return UNKNOWN;
            }
            names.addAll(found);
        }
        return classes.isEmpty() ? UNKNOWN : new Sensitivity(true, names, (index) -> false);
    }
}
