package io.integrationkit.idempotency;

import io.integrationkit.call.Operation;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Throws remembered failures of one operation again. An exception is made anew only if its class is one that the method
 * declares, that the application registered, or an {@link IntegrationException}, and if what comes out says the same;
 * otherwise an {@link IdempotentReplayException} stands for it. A name from the store never decides what is made.
 */
final class ReplayedExceptions {

    private static final Set<Class<?>> ANY = Set.of(Throwable.class, Exception.class, RuntimeException.class);

    private static final boolean WEB =
            ClassUtils.isPresent("org.springframework.web.ErrorResponse", ReplayedExceptions.class.getClassLoader());

    private final Operation operation;

    private final List<Class<?>> families;

    ReplayedExceptions(Operation operation, List<Class<? extends Exception>> registered) {
        this.operation = operation;
        this.families = Stream.of(
                        Stream.of(operation.method().getExceptionTypes()),
                        registered.stream(),
                        Stream.of(IntegrationException.class))
                .<Class<?>>flatMap((types) -> types)
                .filter((type) -> Exception.class.isAssignableFrom(type) && !isAny(type))
                .distinct()
                .toList();
    }

    /** Whether a type is so wide that it says nothing. */
    static boolean isAny(Class<?> type) {
        return ANY.contains(type);
    }

    StoredFailure store(Throwable exception, Failure failure) {
        Class<?> type = exception.getClass();
        return new StoredFailure(
                failure.category(),
                exception.getMessage(),
                isKnown(type) ? type.getName() : null,
                WEB ? ErrorAnswers.of(exception) : null);
    }

    private boolean isKnown(Class<?> type) {
        return this.families.stream().anyMatch((family) -> family.isAssignableFrom(type))
                && !ProblemException.class.isAssignableFrom(type)
                && mayBeThrown(type);
    }

    /** A checked exception that the method does not declare would reach nobody as what it is. */
    private boolean mayBeThrown(Class<?> type) {
        return RuntimeException.class.isAssignableFrom(type)
                || Stream.of(this.operation.method().getExceptionTypes())
                        .anyMatch((declared) -> declared.isAssignableFrom(type));
    }

    Exception restore(StoredFailure stored) {
        IdempotentReplayException replay = new IdempotentReplayException(
                stored.category(), Objects.requireNonNullElse(stored.message(), "failed before, without a message"));
        Exception restored = sameType(stored);
        if (restored == null && WEB && stored.answer() != null) {
            restored = ErrorAnswers.exception(stored.answer());
        }
        if (restored == null) {
            return replay;
        }
        restored.addSuppressed(replay);
        return restored;
    }

    private @Nullable Exception sameType(StoredFailure stored) {
        Class<?> type = known(stored.type());
        if (type == null) {
            return null;
        }
        Exception made = make(type, stored.message());
        if (made == null || !Objects.equals(made.getMessage(), stored.message())) {
            return null;
        }
        boolean sameCategory = !(made instanceof IntegrationException named) || named.category() == stored.category();
        return sameCategory ? made : null;
    }

    private @Nullable Class<?> known(@Nullable String name) {
        if (name == null) {
            return null;
        }
        try {
            // Not initialised: no code of a class runs before it is known.
            Class<?> type = Class.forName(name, false, this.operation.beanType().getClassLoader());
            return isKnown(type) && !Modifier.isAbstract(type.getModifiers()) ? type : null;
        } catch (ClassNotFoundException | LinkageError ex) {
            return null;
        }
    }

    private static @Nullable Exception make(Class<?> type, @Nullable String message) {
        Exception made = make(type, new Class<?>[] {String.class}, message);
        return (made != null) ? made : make(type, new Class<?>[] {String.class, Throwable.class}, message, null);
    }

    private static @Nullable Exception make(Class<?> type, Class<?>[] parameters, @Nullable Object... arguments) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
            return (Exception) constructor.newInstance(arguments);
        } catch (ReflectiveOperationException | RuntimeException ex) {
            // Another exception stands for it.
            return null;
        }
    }
}
