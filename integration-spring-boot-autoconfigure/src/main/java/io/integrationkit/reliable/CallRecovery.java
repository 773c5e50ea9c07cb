package io.integrationkit.reliable;

import io.integrationkit.call.Operation;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * What may recover the calls of one operation that are given up, resolved at start-up: the methods for the category of
 * the failure, the {@link FailureHandler} beans, the fallback; and the compensation, which recovers nothing. Safe for
 * use by any number of threads.
 */
final class CallRecovery {

    private final Operation operation;

    private final List<Handler> methods;

    private final List<FailureHandler> beans;

    private final @Nullable FailureMethods fallback;

    private final @Nullable FailureMethods compensation;

    CallRecovery(
            Operation operation,
            List<Handler> methods,
            List<FailureHandler> beans,
            @Nullable FailureMethods fallback,
            @Nullable FailureMethods compensation) {
        this.operation = operation;
        this.methods = methods.stream()
                .sorted(Comparator.comparing((Handler handler) -> !handler.ofSameBean()))
                .toList();
        this.beans = List.copyOf(beans);
        this.fallback = fallback;
        this.compensation = compensation;
    }

    /** Whether nothing can recover or compensate a call, so that it need not be asked. */
    boolean isEmpty() {
        return this.methods.isEmpty() && this.beans.isEmpty() && this.fallback == null && this.compensation == null;
    }

    /** The category handlers of this operation, as {@code bean.method}, in the order in which they are asked. */
    List<String> handlers() {
        return this.methods.stream().map(Handler::name).toList();
    }

    /**
     * Asks the category handlers, the beans and the fallback, in this order, until one recovers the call. One that
     * throws the failure itself leaves it to the next; one that throws anything else ends the asking.
     *
     * @param target the object whose operation was called
     * @param arguments the operation's arguments, as the caller passed them
     * @param failure how the last attempt failed
     * @param cause the exception of the last attempt
     * @return what the caller gets, or with which exception giving up goes on
     */
    Result recover(Object target, @Nullable Object[] arguments, Failure failure, Throwable cause) {
        try {
            Handler handler = best(failure.category(), cause);
            if (handler != null) {
                Object value = handler.methods().invoke(target, arguments, cause, failure.category());
                return Result.recovered(value);
            }
        } catch (Throwable thrown) {
            if (thrown != cause) {
                return Result.replaced(thrown, cause);
            }
        }
        return recoverByBeans(target, arguments, failure, cause);
    }

    private Result recoverByBeans(Object target, @Nullable Object[] arguments, Failure failure, Throwable cause) {
        for (FailureHandler bean : this.beans) {
            try {
                Recovery decision = bean.handle(FailedCall.of(this.operation.name(), arguments, failure, cause));
                if (decision.recovered()) {
                    return Result.recovered(checked(bean, decision.value()));
                }
            } catch (Throwable thrown) {
                if (thrown != cause) {
                    return Result.replaced(thrown, cause);
                }
            }
        }
        return recoverByFallback(target, arguments, failure, cause);
    }

    private Result recoverByFallback(Object target, @Nullable Object[] arguments, Failure failure, Throwable cause) {
        if (this.fallback == null || !this.fallback.accepts(cause)) {
            return Result.failed(cause);
        }
        try {
            return Result.recovered(this.fallback.invoke(target, arguments, cause, failure.category()));
        } catch (Throwable thrown) {
            return (thrown == cause) ? Result.failed(cause) : Result.replaced(thrown, cause);
        }
    }

    private @Nullable Handler best(FailureCategory category, Throwable cause) {
        Handler best = null;
        for (Handler handler : this.methods) {
            boolean fits =
                    handler.categories().contains(category) && handler.methods().accepts(cause);
            if (fits && (best == null || handler.isMoreExactThan(best, cause))) {
                best = handler;
            }
        }
        return best;
    }

    /** The type of a bean's answer is not known before it is given. */
    private @Nullable Object checked(FailureHandler bean, @Nullable Object value) {
        Class<?> type = this.operation.method().getReturnType();
        if (type == void.class) {
            return null;
        }
        if (!ClassUtils.isAssignableValue(type, value)) {
            throw new ProblemException(
                    ProblemCode.FALLBACK_NOT_FOUND,
                    FailureCategory.PERMANENT,
                    "%s recovered a call of operation '%s', which returns %s, with a value of %s"
                            .formatted(
                                    bean.getClass().getName(),
                                    this.operation,
                                    type.getName(),
                                    (value != null) ? value.getClass().getName() : "null"));
        }
        return value;
    }

    /**
     * Calls the compensation, if there is one for this failure.
     *
     * @param target the object whose operation was called
     * @param arguments the operation's arguments, as the caller passed them
     * @param failure how the last attempt failed
     * @param cause the exception of the last attempt
     * @return whether there was one
     * @throws Throwable what it threw
     */
    boolean compensate(Object target, @Nullable Object[] arguments, Failure failure, Throwable cause) throws Throwable {
        if (this.compensation == null || !this.compensation.accepts(cause)) {
            return false;
        }
        this.compensation.invoke(target, arguments, cause, failure.category());
        return true;
    }

    /**
     * A method for some categories, checked against the operation.
     *
     * @param name {@code bean.method}
     * @param ofSameBean whether it is a method of the operation's bean
     * @param categories categories it is for
     * @param methods how to call it; one method
     */
    record Handler(String name, boolean ofSameBean, Set<FailureCategory> categories, FailureMethods methods) {

        boolean isMoreExactThan(Handler other, Throwable cause) {
            if (this.ofSameBean != other.ofSameBean) {
                return this.ofSameBean;
            }
            int steps = this.methods.distance(cause);
            int otherSteps = other.methods.distance(cause);
            return (steps != otherSteps) ? steps < otherSteps : this.categories.size() < other.categories.size();
        }

        /** Whether there are failures for which it would be chance which of the two is asked. */
        boolean isLike(Handler other) {
            return this.ofSameBean == other.ofSameBean
                    && this.categories.size() == other.categories.size()
                    && this.categories.stream().anyMatch(other.categories::contains)
                    && this.methods.namesSameAs(other.methods);
        }
    }

    /**
     * What came of asking.
     *
     * @param recovered whether the caller gets a value
     * @param value the value
     * @param failure if not recovered, the exception to go on with: the failure itself, or what was thrown instead
     */
    record Result(
            boolean recovered,
            @Nullable Object value,
            @Nullable Throwable failure) {

        static Result recovered(@Nullable Object value) {
            return new Result(true, value, null);
        }

        static Result failed(Throwable failure) {
            return new Result(false, null, failure);
        }

        static Result replaced(Throwable thrown, Throwable failure) {
            if (!isCauseOf(thrown, failure)) {
                thrown.addSuppressed(failure);
            }
            return new Result(false, null, thrown);
        }

        private static boolean isCauseOf(Throwable thrown, Throwable failure) {
            Throwable link = thrown;
            for (int depth = 0; link != null && depth < 32; depth++) {
                if (link == failure) {
                    return true;
                }
                link = link.getCause();
            }
            return false;
        }
    }
}
