package io.integrationkit.reliable;

import io.integrationkit.call.CodeOperation;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Method;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.springframework.util.ReflectionUtils;

/**
 * What {@link Reliable} does, for code without annotations:
 *
 * <pre>{@code
 * String answer = reliability.policy("chat").call(() -> client.ask(question));
 * }</pre>
 *
 * The policy is the one of that name, shared with annotated operations; without configuration it runs on the defaults. A
 * policy with {@code on-exhausted: dead-letter} cannot be used here: what the work would need to be done again is not
 * known.
 *
 * <p>Policies and operations have names that stand in the code; what varies belongs into the work. There are at most
 * {@value #MOST} of them. Safe for use by any number of threads.
 */
public final class Reliability {

    /** Most combinations of policy, operation and what is said about retries. */
    static final int MOST = 1000;

    private static final String BEAN_NAME = "integrationReliability";

    private static final Method CALL = method("call", ThrowingSupplier.class);

    private static final Method CALL_ASYNC = method("callAsync", Supplier.class);

    private final OperationRegistry registry;

    private final ReliableCalls calls;

    private final ReliablePolicies policies;

    private final ConcurrentMap<Name, ReliableCode> known = new ConcurrentHashMap<>();

    /**
     * Creates the entrance; one for each registry.
     *
     * @param registry where the operations are defined
     * @param calls makes them reliable
     * @param policies the policies
     */
    public Reliability(OperationRegistry registry, ReliableCalls calls, ReliablePolicies policies) {
        this.registry = registry;
        this.calls = calls;
        this.policies = policies;
    }

    /**
     * Chooses a policy. The operation has its name, until {@link ReliableCode#operation} gives it another.
     *
     * @param policy name of the policy, a constant of the code
     * @return what runs work under this policy; the same each time, and may be kept
     * @throws InvalidOperationException if the policy dead-letters its calls, or there are too many
     */
    public ReliableCode policy(String policy) {
        return of(policy, policy, SafeToRetry.UNKNOWN);
    }

    ReliableCode of(String policy, String operation, SafeToRetry safe) {
        Name name = new Name(policy, operation, safe);
        ReliableCode code = this.known.get(name);
        return (code != null) ? code : add(name);
    }

    private synchronized ReliableCode add(Name name) {
        if (name.policy().isBlank() || name.operation().isBlank()) {
            throw invalid("A policy or operation in code has no name", "Give it one.");
        }
        if (this.known.size() >= MOST && !this.known.containsKey(name)) {
            throw invalid(
                    "There are %d policies and operations in code already, so there is no place for operation '%s' of policy '%s'"
                            .formatted(MOST, Mandate.printable(name.operation()), Mandate.printable(name.policy())),
                    "Use names that are constants of the code, and put what varies into the work.");
        }
        requireNoDeadLetter(name);
        return this.known.computeIfAbsent(
                name, (key) -> new ReliableCode(this, key.policy(), key.operation(), key.safe()));
    }

    CodeOperation blocking(ReliableCode code) {
        return define(code, code.name(), CALL);
    }

    CodeOperation later(ReliableCode code) {
        return define(code, code.name() + ".async", CALL_ASYNC);
    }

    private CodeOperation define(ReliableCode code, String name, Method method) {
        Operation operation = new Operation(name, BEAN_NAME, ReliableCode.class, method);
        Declared declared = Declared.inCode(code.policy(), code.safe());
        return this.registry.define(operation, (defined, plan) -> this.calls.contribute(defined, declared, plan));
    }

    private void requireNoDeadLetter(Name name) {
        Policy policy = this.policies.shared(name.policy()).current();
        if (policy.onExhausted() == OnExhausted.DEAD_LETTER) {
            throw invalid(
                    "Policy '%s' dead-letters the calls it gives up, which operation '%s' cannot do: it is defined in code, and its arguments are not known"
                            .formatted(policy.name(), name.operation()),
                    "Set %s to rethrow, use another policy, or annotate a method with @Reliable."
                            .formatted(PolicyNames.key(policy.name(), PolicyKey.ON_EXHAUSTED.name())));
        }
    }

    private static InvalidOperationException invalid(String message, String action) {
        return new InvalidOperationException(ProblemCode.INVALID_SETTING, message, action);
    }

    private static Method method(String name, Class<?> parameter) {
        Method method = ReflectionUtils.findMethod(ReliableCode.class, name, parameter);
        if (method == null) {
            throw new IllegalStateException(ReliableCode.class + " has no method " + name);
        }
        return method;
    }

    private record Name(String policy, String operation, SafeToRetry safe) {}
}
