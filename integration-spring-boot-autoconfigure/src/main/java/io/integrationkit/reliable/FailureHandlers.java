package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.LibraryClasses;
import io.integrationkit.call.Operation;
import io.integrationkit.call.Spelling;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.reliable.CallRecovery.Handler;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Finds at start-up what recovers the calls of each operation: {@link OnFailure} methods of all beans, without
 * instantiating any, {@link FailureHandler} beans, fallback and compensation. After the plans of all operations are
 * made, an {@link OnFailure} method that none of them took ends start-up.
 *
 * <p>Safe for use by any number of threads.
 */
public final class FailureHandlers implements SmartInitializingSingleton {

    private final BeanMethods methods;

    private final Supplier<List<FailureHandler>> beans;

    private final Set<CategoryHandler> taken = new LinkedHashSet<>();

    private final Set<String> operations = new LinkedHashSet<>();

    private @Nullable List<CategoryHandler> found;

    /**
     * Creates the handlers.
     *
     * @param beanFactory where the beans are
     * @param beans the beans that handle failures, in their order; asked when a plan is made
     */
    public FailureHandlers(ConfigurableListableBeanFactory beanFactory, Supplier<List<FailureHandler>> beans) {
        this.methods = new BeanMethods(beanFactory);
        this.beans = beans;
    }

    /** Finds the methods that annotations refer to. */
    BeanMethods methods() {
        return this.methods;
    }

    /**
     * Resolves what recovers the calls of an operation.
     *
     * @param operation the operation
     * @param fallback reference to its fallback; empty for none
     * @param compensation reference to its compensation; empty for none
     * @return what to ask when a call is given up
     * @throws InvalidOperationException if a method is missing or does not fit the operation
     */
    synchronized CallRecovery of(Operation operation, String fallback, String compensation) {
        this.operations.add(operation.name());
        return new CallRecovery(
                operation,
                handlers(operation),
                this.beans.get(),
                fallback.isEmpty() ? null : FailureMethods.find("fallback", fallback, operation, this.methods, true),
                compensation.isEmpty()
                        ? null
                        : FailureMethods.find("compensation", compensation, operation, this.methods, false));
    }

    /** For an operation without bean: only beans can know it. */
    CallRecovery ofBeans(Operation operation) {
        return new CallRecovery(operation, List.of(), this.beans.get(), null, null);
    }

    private List<Handler> handlers(Operation operation) {
        List<Handler> handlers = new ArrayList<>();
        for (CategoryHandler candidate : found()) {
            if (!candidate.isFor(operation)) {
                continue;
            }
            this.taken.add(candidate);
            Handler handler = handler(candidate, operation);
            for (Handler other : handlers) {
                if (handler.isLike(other)) {
                    throw new InvalidOperationException(
                            ProblemCode.FALLBACK_NOT_FOUND,
                            "The @OnFailure methods '%s' and '%s' fit operation '%s' equally well"
                                    .formatted(other.name(), handler.name(), operation),
                            "Give them different categories, or let them take different kinds of Throwable.");
                }
            }
            handlers.add(handler);
        }
        return handlers;
    }

    private Handler handler(CategoryHandler candidate, Operation operation) {
        String name = candidate.toString();
        boolean sameBean = candidate.isOfBean(operation);
        BeanMethod method = this.methods.beanMethod(
                "@OnFailure method", name, operation, sameBean ? null : candidate.beanName(), candidate.method());
        BeanMethods.Found only = new BeanMethods.Found(candidate.owner(), List.of(method));
        return new Handler(
                name,
                sameBean,
                candidate.categories(),
                FailureMethods.of("@OnFailure method", name, only, operation, true));
    }

    private List<CategoryHandler> found() {
        List<CategoryHandler> known = this.found;
        if (known == null) {
            known = scan();
            this.found = known;
        }
        return known;
    }

    private List<CategoryHandler> scan() {
        List<CategoryHandler> handlers = new ArrayList<>();
        for (String beanName : this.methods.beanNames()) {
            Class<?> type = this.methods.typeOf(beanName);
            if (type == null || LibraryClasses.contains(type)) {
                continue;
            }
            MethodIntrospector.selectMethods(type, FailureHandlers::annotation)
                    .forEach((method, annotation) ->
                            handlers.add(CategoryHandler.of(beanName, type, method, annotation)));
        }
        handlers.sort(Comparator.comparing((handler) -> handler.method().toString()));
        return handlers;
    }

    private static @Nullable OnFailure annotation(Method method) {
        return AnnotatedElementUtils.findMergedAnnotation(method, OnFailure.class);
    }

    /** Must come after the plans were made, so the bean is defined behind the registry of the operations. */
    @Override
    public synchronized void afterSingletonsInstantiated() {
        for (CategoryHandler handler : found()) {
            // A bean may have a second name, under which nothing is called.
            if (this.taken.stream().noneMatch((each) -> each.method().equals(handler.method()))) {
                throw unused(handler);
            }
        }
    }

    private InvalidOperationException unused(CategoryHandler handler) {
        String[] names = handler.operations();
        String nearest = (names.length > 0) ? Spelling.nearest(names[0], this.operations) : null;
        String wanted = (names.length > 0) ? "the operation " + List.of(names) : "an operation of its own bean";
        return new InvalidOperationException(
                ProblemCode.FALLBACK_NOT_FOUND,
                "The @OnFailure method '%s' is for %s, but no @Reliable operation is that%s"
                        .formatted(handler, wanted, (nearest != null) ? "; did you mean '" + nearest + "'?" : ""),
                "Name one of the operations %s in @OnFailure(operation), or remove the annotation."
                        .formatted(this.operations));
    }
}
