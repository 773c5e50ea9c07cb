package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * The method that says whether a result is worth another attempt. It takes the result, or the arguments of the
 * operation and then the result, and returns a {@code boolean}; where the result comes later, it takes the value.
 */
final class ResultPredicate {

    private static final String ATTRIBUTE = "retryOnResult";

    private final BeanMethod method;

    private final int arguments;

    private ResultPredicate(BeanMethod method, int arguments) {
        this.method = method;
        this.arguments = arguments;
    }

    /**
     * Finds the method.
     *
     * @param reference name of a method of the operation's bean, or {@code bean.method}
     * @param operation the operation
     * @param beans finds methods
     * @return the predicate
     * @throws InvalidOperationException if there is no such method, it does not fit, or the operation has no result
     */
    static ResultPredicate find(String reference, Operation operation, BeanMethods beans) {
        Signature signature = Signature.of(operation);
        String expected = expected(reference, signature);
        if (signature.returnsNothing()) {
            throw BeanMethods.problem(
                    ATTRIBUTE, reference, operation, "the operation has no result", "no retryOnResult");
        }
        BeanMethods.Found found = beans.find(ATTRIBUTE, reference, operation, expected);
        List<ResultPredicate> fitting = new ArrayList<>();
        List<Signature> others = new ArrayList<>();
        for (BeanMethod method : found.methods()) {
            Signature candidate = Signature.of(method.method(), found.owner());
            if (fits(candidate, signature)) {
                fitting.add(new ResultPredicate(method, candidate.parameters().size() - 1));
            } else {
                others.add(candidate);
            }
        }
        if (fitting.size() != 1) {
            String reason = fitting.isEmpty() ? "there is " + others : fitting.size() + " methods of that name fit";
            throw BeanMethods.problem(ATTRIBUTE, reference, operation, reason, expected);
        }
        return fitting.get(0);
    }

    private static boolean fits(Signature candidate, Signature operation) {
        Class<?> answer = candidate.result().toClass();
        int taken = candidate.parameters().size();
        if (answer != boolean.class
                || (taken != 1 && taken != operation.parameters().size() + 1)) {
            return false;
        }
        List<ResolvableType> passed = new ArrayList<>();
        if (taken > 1) {
            passed.addAll(operation.parameters());
        }
        passed.add(operation.value());
        return candidate.refuses(passed) == null;
    }

    private static String expected(String reference, Signature operation) {
        String name = reference.substring(reference.lastIndexOf('.') + 1);
        ResolvableType answer = ResolvableType.forClass(boolean.class);
        Stream<String> withArguments = Stream.concat(
                operation.parameters().stream().map(Signature::shown), Stream.of(Signature.shown(operation.value())));
        return "one of: %s; %s"
                .formatted(
                        Signature.text(answer, name, Stream.of(Signature.shown(operation.value()))),
                        Signature.text(answer, name, withArguments));
    }

    /**
     * Asks the method. Any number of threads may ask at once.
     *
     * @param target the object whose operation was called
     * @param values the operation's arguments
     * @param result what it returned
     * @return whether it is worth another attempt
     * @throws Throwable what the method threw
     */
    boolean test(Object target, @Nullable Object[] values, @Nullable Object result) throws Throwable {
        @Nullable Object[] passed = Arrays.copyOf(values, this.arguments + 1);
        passed[this.arguments] = result;
        return Boolean.TRUE.equals(this.method.invoke(target, passed));
    }
}
