package io.integrationkit.reliable;

import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds and checks at start-up what becomes of the calls of an operation that are given up. */
public final class GiveUpPlans {

    private final FailureHandlers handlers;

    private final PayloadCodec codec;

    private final Supplier<@Nullable GivenUpCalls> store;

    /**
     * Creates the plans.
     *
     * @param handlers finds what recovers calls
     * @param codec writes the arguments of a call that is dead-lettered
     * @param store where such a call goes; asked when the plan of an operation needs it, gives {@code null} if there is
     *     no such place
     */
    public GiveUpPlans(FailureHandlers handlers, PayloadCodec codec, Supplier<@Nullable GivenUpCalls> store) {
        this.handlers = handlers;
        this.codec = codec;
        this.store = store;
    }

    GivingUp of(
            Operation operation, Reliable annotation, OperationPolicy policy, FailureClassification classification) {
        Policy atStartUp = policy.current();
        return new GivingUp(
                operation,
                this.handlers.of(operation, annotation.fallback(), annotation.compensation()),
                (atStartUp.onExhausted() == OnExhausted.DEAD_LETTER) ? archive(operation, atStartUp) : null,
                classification,
                () -> policy.current().retry().maxDelay());
    }

    GivingUp ofCode(Operation operation, OperationPolicy policy, FailureClassification classification) {
        return new GivingUp(
                operation,
                this.handlers.ofBeans(operation),
                null,
                classification,
                () -> policy.current().retry().maxDelay());
    }

    @Nullable
    ResultCheck resultCheck(Operation operation, String reference) {
        if (reference.isEmpty()) {
            return null;
        }
        ResultPredicate predicate = ResultPredicate.find(reference, operation, this.handlers.methods());
        return (call, result) -> predicate.test(GivingUp.target(call), call.arguments(), result);
    }

    private GivenUpArchive archive(Operation operation, Policy policy) {
        GivenUpCalls found = this.store.get();
        if (found == null) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "Operation '%s' is to be dead-lettered when it is given up, but there is no store of dead letters"
                            .formatted(operation),
                    "Set on-exhausted of policy '%s' to rethrow, or define exactly one bean of type %s."
                            .formatted(policy.name(), GivenUpCalls.class.getName()));
        }
        this.codec.requireReadable(operation.method());
        return new GivenUpArchive(operation, found, this.codec);
    }
}
