package io.integrationkit.idempotency;

import io.integrationkit.call.CodeOperation;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * What {@link Idempotent} does, for code without annotations:
 *
 * <pre>{@code
 * Receipt receipt = idempotency.operation("billing.charge", Receipt.class)
 *         .execute(order.id(), order, () -> bank.charge(order));
 * }</pre>
 *
 * <p>Operations have names that stand in the code; what varies belongs into key and work. There are at most
 * {@value #MOST} of them. Safe for use by any number of threads.
 */
public final class Idempotency {

    /** Most operations in code. */
    static final int MOST = 1000;

    private static final String BEAN_NAME = "integrationIdempotency";

    private static final Method EXECUTE = execute();

    private final OperationRegistry registry;

    private final IdempotentCalls calls;

    private final ConcurrentMap<CodeDefinition, CodeOperation> defined = new ConcurrentHashMap<>();

    /**
     * Creates the entrance; one for each registry.
     *
     * @param registry where the operations are defined
     * @param calls makes them idempotent
     */
    public Idempotency(OperationRegistry registry, IdempotentCalls calls) {
        this.registry = registry;
        this.calls = calls;
    }

    /**
     * Chooses an operation.
     *
     * @param name its name, a constant of the code; keys of different operations never meet
     * @param result what its work returns, as which a stored result is read
     * @param <T> type of the result
     * @return what runs work under the keys of this operation; may be kept
     */
    public <T> IdempotentCode<T> operation(String name, Class<T> result) {
        return code(name, result);
    }

    /**
     * Chooses an operation whose result has type arguments.
     *
     * @param name its name, a constant of the code; keys of different operations never meet
     * @param result what its work returns, as which a stored result is read
     * @param <T> type of the result
     * @return what runs work under the keys of this operation; may be kept
     */
    public <T> IdempotentCode<T> operation(String name, ParameterizedTypeReference<T> result) {
        return code(name, result.getType());
    }

    private <T> IdempotentCode<T> code(String name, Type result) {
        if (name.isBlank()) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING, "An idempotent operation in code has no name", "Give it one.");
        }
        return new IdempotentCode<>(this, CodeDefinition.of(name, result));
    }

    CodeOperation defined(CodeDefinition definition) {
        CodeOperation known = this.defined.get(definition);
        return (known != null) ? known : define(definition);
    }

    private synchronized CodeOperation define(CodeDefinition definition) {
        CodeOperation known = this.defined.get(definition);
        if (known != null) {
            return known;
        }
        if (this.defined.size() >= MOST) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "There are %d idempotent operations in code already, so there is no place for another one"
                            .formatted(MOST),
                    "Use names that are constants of the code, and put what varies into the key.");
        }
        Operation operation = new Operation(definition.name(), BEAN_NAME, IdempotentCode.class, EXECUTE);
        CodeOperation made = this.registry.define(
                operation,
                (operated, plan) -> this.calls.contribute(
                        operated, definition.annotation(), ResolvableType.forType(definition.result()), plan));
        this.defined.put(definition, made);
        return made;
    }

    private static Method execute() {
        for (Method method : ReflectionUtils.getDeclaredMethods(IdempotentCode.class)) {
            if (method.getName().equals("run")) {
                return method;
            }
        }
        throw new IllegalStateException(IdempotentCode.class + " has no method run");
    }
}
