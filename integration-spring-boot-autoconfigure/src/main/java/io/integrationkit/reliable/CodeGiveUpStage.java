package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.LaterResults;
import io.integrationkit.call.Stage;
import io.integrationkit.reliable.CallRecovery.Result;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives a call up whose work was given in code: asks the {@link FailureHandler} beans, then the fallback that came with
 * the call.
 */
record CodeGiveUpStage(
        Stage next, GivingUp givingUp, @Nullable LaterResults results) implements Stage {

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        if (this.results != null) {
            return this.results.recover(this.next.run(call), (failure) -> giveUp(call, failure));
        }
        try {
            return this.next.run(call);
        } catch (Throwable failure) {
            try {
                return giveUp(call, failure);
            } finally {
                call.timePassed();
            }
        }
    }

    private @Nullable Object giveUp(Call call, Throwable failure) throws Throwable {
        Throwable left = failure;
        if (this.givingUp.hasAnything()) {
            try {
                return this.givingUp.giveUp(call, null, failure);
            } catch (Throwable thrown) {
                left = thrown;
            }
        }
        Function<Throwable, ? extends @Nullable Object> fallback =
                (call.target() instanceof CodeWork work) ? work.fallback() : null;
        if (fallback == null || left instanceof VirtualMachineError) {
            throw left;
        }
        Object value = recovered(fallback, left);
        call.ended(CallOutcome.RECOVERED);
        return value;
    }

    private static @Nullable Object recovered(
            Function<Throwable, ? extends @Nullable Object> fallback, Throwable failure) throws Throwable {
        try {
            return fallback.apply(failure);
        } catch (Throwable thrown) {
            throw (thrown == failure)
                    ? thrown
                    : Objects.requireNonNull(Result.replaced(thrown, failure).failure());
        }
    }
}
