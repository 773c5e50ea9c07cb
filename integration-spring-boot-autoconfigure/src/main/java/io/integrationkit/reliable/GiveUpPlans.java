package io.integrationkit.reliable;

import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Finds and checks at start-up what becomes of the calls of an operation that are given up. */
public final class GiveUpPlans {

    private final BeanMethods methods;

    private final PayloadCodec codec;

    private final Supplier<@Nullable GivenUpCalls> store;

    /**
     * Creates the plans.
     *
     * @param beanFactory where methods of other beans are
     * @param codec writes the arguments of a call that is dead-lettered
     * @param store where such a call goes; asked when the plan of an operation needs it, gives {@code null} if there is
     *     no such place
     */
    public GiveUpPlans(
            ConfigurableListableBeanFactory beanFactory, PayloadCodec codec, Supplier<@Nullable GivenUpCalls> store) {
        this.methods = new BeanMethods(beanFactory);
        this.codec = codec;
        this.store = store;
    }

    GivingUp of(Operation operation, Reliable annotation, Policy policy, FailureClassification classification) {
        return new GivingUp(
                operation,
                null,
                find("compensation", annotation.compensation(), operation, false),
                find("fallback", annotation.fallback(), operation, true),
                (policy.onExhausted() == OnExhausted.DEAD_LETTER) ? archive(operation, policy) : null,
                classification,
                policy.retry().maxDelay());
    }

    private @Nullable FailureMethods find(String attribute, String reference, Operation operation, boolean recovers) {
        if (reference.isEmpty()) {
            return null;
        }
        String expected = FailureMethods.expected(reference, operation, recovers);
        BeanMethods.Found found = this.methods.find(attribute, reference, operation, expected);
        return FailureMethods.of(attribute, reference, found, operation, recovers);
    }

    @Nullable
    ResultCheck resultCheck(Operation operation, String reference) {
        if (reference.isEmpty()) {
            return null;
        }
        ResultPredicate predicate = ResultPredicate.find(reference, operation, this.methods);
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
