package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.FailureCategory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * The methods of one name that can be called when an operation failed: its fallback, its compensation, a handler of a
 * category. Each takes the arguments of the operation or none, and then a kind of {@code Throwable}, the
 * {@link FailureCategory}, or nothing more. Found and checked at start-up; of several, the one that names the failure
 * most exactly is called.
 */
final class FailureMethods {

    private final List<FailureMethod> methods;

    private FailureMethods(List<FailureMethod> methods) {
        this.methods = methods;
    }

    /**
     * Finds the methods that a name refers to and checks them.
     *
     * @param attribute what refers to them, such as {@code fallback}
     * @param reference name of a method of the operation's bean, or {@code bean.method}
     * @param operation the operation
     * @param beans finds methods
     * @param recovers whether what they return is returned in the place of the operation
     * @return the methods
     * @throws InvalidOperationException if there is none, or it does not fit
     */
    static FailureMethods find(
            String attribute, String reference, Operation operation, BeanMethods beans, boolean recovers) {
        BeanMethods.Found found = beans.find(attribute, reference, operation, expected(reference, operation, recovers));
        return of(attribute, reference, found, operation, recovers);
    }

    /**
     * Checks methods against an operation.
     *
     * @param attribute what refers to them, such as {@code fallback}
     * @param reference the reference as it was written
     * @param found the methods
     * @param operation the operation
     * @param recovers whether what they return is returned in the place of the operation
     * @return the methods
     * @throws InvalidOperationException if one does not fit, or two fit equally well
     */
    static FailureMethods of(
            String attribute, String reference, BeanMethods.Found found, Operation operation, boolean recovers) {
        String expected = expected(reference, operation, recovers);
        List<FailureMethod> fitting = new ArrayList<>();
        for (BeanMethod method : found.methods()) {
            Signature signature = Signature.of(method.method(), found.owner());
            String reason = fit(method, signature, Signature.of(operation), recovers, fitting);
            if (reason != null) {
                throw BeanMethods.problem(attribute, reference, operation, signature + " " + reason, expected);
            }
        }
        requireUnlike(fitting, attribute, reference, operation, expected);
        return new FailureMethods(fitting.stream()
                .sorted(Comparator.comparingInt(FailureMethod::arguments).reversed())
                .toList());
    }

    /** Says which signatures fit. */
    private static String expected(String reference, Operation operation, boolean recovers) {
        Signature signature = Signature.of(operation);
        ResolvableType result = recovers ? signature.result() : ResolvableType.forClass(void.class);
        String name = reference.substring(reference.lastIndexOf('.') + 1);
        List<String> own = signature.parameters().stream().map(Signature::shown).toList();
        return "one of: "
                + String.join(
                        "; ",
                        Stream.of(
                                        Signature.text(result, name, own.stream()),
                                        Signature.text(
                                                result, name, Stream.concat(own.stream(), Stream.of("Throwable"))),
                                        Signature.text(
                                                result,
                                                name,
                                                Stream.concat(own.stream(), Stream.of("FailureCategory"))),
                                        Signature.text(result, name, Stream.of("Throwable")),
                                        Signature.text(result, name, Stream.empty()))
                                .distinct()
                                .toList());
    }

    private static @Nullable String fit(
            BeanMethod method,
            Signature candidate,
            Signature operation,
            boolean recovers,
            List<FailureMethod> fitting) {
        if (recovers && !operation.returnsNothing() && !candidate.returnsA(operation.result())) {
            return "returns %s where the operation returns %s"
                    .formatted(Signature.shown(candidate.result()), Signature.shown(operation.result()));
        }
        int own = operation.parameters().size();
        int taken = candidate.parameters().size();
        if (taken == own && candidate.refuses(operation.parameters()) == null) {
            fitting.add(new FailureMethod(method, own, null));
            return null;
        }
        Class<?> last = (taken == 0) ? null : failureType(candidate.parameters().get(taken - 1));
        if (taken == 0 || (taken == 1 && last != null)) {
            fitting.add(new FailureMethod(method, 0, last));
            return null;
        }
        if (taken == own + 1 && last != null && candidate.refuses(operation.parameters()) == null) {
            fitting.add(new FailureMethod(method, own, last));
            return null;
        }
        return reason(candidate, operation, last != null);
    }

    private static String reason(Signature candidate, Signature operation, boolean takesFailure) {
        int own = operation.parameters().size();
        int taken = candidate.parameters().size() - (takesFailure ? 1 : 0);
        String refusal = (taken == own || candidate.parameters().size() == own)
                ? candidate.refuses(operation.parameters())
                : null;
        return (refusal != null) ? refusal : "takes %d arguments where the operation has %d".formatted(taken, own);
    }

    private static @Nullable Class<?> failureType(ResolvableType parameter) {
        Class<?> type = parameter.toClass();
        return (Throwable.class.isAssignableFrom(type) || type == FailureCategory.class) ? type : null;
    }

    private static void requireUnlike(
            List<FailureMethod> methods, String attribute, String reference, Operation operation, String expected) {
        for (FailureMethod one : methods) {
            for (FailureMethod other : methods) {
                boolean alike = one.arguments() == other.arguments() && Objects.equals(one.failure(), other.failure());
                if (one != other && alike) {
                    throw BeanMethods.problem(
                            attribute,
                            reference,
                            operation,
                            "%s and %s fit equally well"
                                    .formatted(
                                            one.method().method(),
                                            other.method().method()),
                            "one of them only, " + expected);
                }
            }
        }
    }

    /**
     * Tells whether one of the methods takes a failure of this kind.
     *
     * @param failure the exception of the last attempt
     * @return whether {@link #invoke} can be called with it
     */
    boolean accepts(Throwable failure) {
        return best(failure) != null;
    }

    /**
     * Calls the method that names the failure most exactly. Any number of threads may call at once.
     *
     * @param target the object whose operation was called
     * @param arguments the operation's arguments
     * @param failure the exception of the last attempt
     * @param category its category
     * @return what the method returned
     * @throws Throwable what the method threw; the failure itself if no method takes it
     */
    @Nullable
    Object invoke(Object target, @Nullable Object[] arguments, Throwable failure, FailureCategory category)
            throws Throwable {
        FailureMethod best = best(failure);
        if (best == null) {
            throw failure;
        }
        return best.invoke(target, arguments, failure, category);
    }

    /** How exactly the best method names the failure; less is more exact. */
    int distance(Throwable failure) {
        FailureMethod best = best(failure);
        return (best != null) ? best.distance(failure) : Integer.MAX_VALUE;
    }

    /** Whether both name the same kinds of failure. */
    boolean namesSameAs(FailureMethods other) {
        return kinds().equals(other.kinds());
    }

    private Set<Class<?>> kinds() {
        return this.methods.stream().map(FailureMethod::kind).collect(Collectors.toSet());
    }

    private @Nullable FailureMethod best(Throwable failure) {
        FailureMethod best = null;
        int fewest = -1;
        for (FailureMethod method : this.methods) {
            int distance = method.distance(failure);
            if (distance >= 0 && (best == null || distance < fewest)) {
                best = method;
                fewest = distance;
            }
        }
        return best;
    }
}
