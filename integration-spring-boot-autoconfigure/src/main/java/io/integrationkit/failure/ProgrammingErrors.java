package io.integrationkit.failure;

import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.transaction.TransactionUsageException;

/**
 * Families of exceptions that say the call itself is wrong. Asked last, since libraries also wrap failures of another
 * kind in them.
 *
 * <p>{@link IllegalStateException} is not among them: a state may change, and libraries report time-outs and closed
 * pools by it.
 */
final class ProgrammingErrors implements FailureClassifier {

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (failure instanceof DataAccessResourceFailureException) {
            return Failure.outcomeUnknown();
        }
        return isPermanent(failure) ? Failure.of(FailureCategory.PERMANENT) : null;
    }

    private static boolean isPermanent(Throwable failure) {
        return failure instanceof NullPointerException
                || failure instanceof IllegalArgumentException
                || failure instanceof ClassCastException
                || failure instanceof UnsupportedOperationException
                || failure instanceof IndexOutOfBoundsException
                || failure instanceof ArithmeticException
                || failure instanceof ArrayStoreException
                || failure instanceof NegativeArraySizeException
                || failure instanceof CloneNotSupportedException
                || isReflection(failure)
                || failure instanceof SecurityException
                || isRefusalOfSpringSecurity(failure)
                || failure instanceof TransactionUsageException
                || (failure instanceof NonTransientDataAccessException
                        && !(failure instanceof UncategorizedDataAccessException));
    }

    /** By name: Spring Security need not be there. */
    private static boolean isRefusalOfSpringSecurity(Throwable failure) {
        for (Class<?> type = failure.getClass(); type != RuntimeException.class; type = type.getSuperclass()) {
            if (type == null) {
                return false;
            }
            String name = type.getName();
            if (name.equals("org.springframework.security.access.AccessDeniedException")
                    || name.equals("org.springframework.security.core.AuthenticationException")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isReflection(Throwable failure) {
        return failure instanceof ReflectiveOperationException && !(failure instanceof InvocationTargetException);
    }
}
