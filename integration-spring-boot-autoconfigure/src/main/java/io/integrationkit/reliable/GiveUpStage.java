package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.LaterResults;
import io.integrationkit.call.Stage;
import org.jspecify.annotations.Nullable;

/** Gives a call up whose attempts have ended without success. */
record GiveUpStage(Stage next, GivingUp givingUp) implements Stage {

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        String arguments = this.givingUp.before(call);
        try {
            return this.next.run(call);
        } catch (Throwable failure) {
            try {
                return this.givingUp.giveUp(call, arguments, failure);
            } finally {
                call.timePassed();
            }
        }
    }

    /** The same for a result that comes later. */
    record Later(Stage next, GivingUp givingUp, LaterResults results) implements Stage {

        @Override
        public Object run(Call call) throws Throwable {
            String arguments = this.givingUp.before(call);
            Object result = this.next.run(call);
            return this.results.recover(result, (failure) -> this.givingUp.giveUp(call, arguments, failure));
        }
    }
}
