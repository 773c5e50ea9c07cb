package io.integrationkit.reliable;

import io.integrationkit.failure.FailureCategory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A method that is called with a failure.
 *
 * @param method the method
 * @param arguments how many arguments of the operation it takes: all or none
 * @param failure what it takes after them: a kind of {@code Throwable}, {@link FailureCategory} or {@code null}
 */
record FailureMethod(
        BeanMethod method, int arguments, @Nullable Class<?> failure) {

    /** What failures the method is for. */
    Class<?> kind() {
        Class<?> named = this.failure;
        return (named != null && named != FailureCategory.class) ? named : Throwable.class;
    }

    /**
     * Tells how exactly the method names a failure.
     *
     * @param thrown the failure
     * @return number of steps from its class to the one that is named; -1 if it is of another kind
     */
    int distance(Throwable thrown) {
        if (this.failure == null || this.failure == FailureCategory.class) {
            return Integer.MAX_VALUE;
        }
        int steps = 0;
        for (Class<?> type = thrown.getClass(); type != null; type = type.getSuperclass()) {
            if (type == this.failure) {
                return steps;
            }
            steps++;
        }
        return -1;
    }

    @Nullable
    Object invoke(Object target, @Nullable Object[] values, Throwable thrown, FailureCategory category)
            throws Throwable {
        if (this.failure == null) {
            return this.method.invoke(target, Arrays.copyOf(values, this.arguments));
        }
        @Nullable Object[] passed = Arrays.copyOf(values, this.arguments + 1);
        passed[this.arguments] = (this.failure == FailureCategory.class) ? category : thrown;
        return this.method.invoke(target, passed);
    }
}
