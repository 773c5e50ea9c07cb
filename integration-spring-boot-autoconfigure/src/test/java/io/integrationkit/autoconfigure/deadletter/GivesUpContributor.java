package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.call.Call;
import io.integrationkit.call.Compensation;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.PlanContributor;
import io.integrationkit.call.Stage;
import io.integrationkit.call.StagePosition;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.RejectedException;
import org.jspecify.annotations.Nullable;

/** Hands a call that failed to the dead letters, with its first argument as its key. */
final class GivesUpContributor implements PlanContributor {

    private final GivenUpCalls givenUpCalls;

    private final PayloadCodec codec;

    GivesUpContributor(GivenUpCalls givenUpCalls, PayloadCodec codec) {
        this.givenUpCalls = givenUpCalls;
        this.codec = codec;
    }

    @Override
    public void contribute(Operation operation, PlanBuilder plan) {
        if (operation.annotation(GivesUp.class) != null) {
            plan.stage(StagePosition.GIVE_UP, (next) -> new GiveUpStage(next, this.givenUpCalls, this.codec));
        }
    }

    private record GiveUpStage(Stage next, GivenUpCalls givenUpCalls, PayloadCodec codec) implements Stage {

        @Override
        public @Nullable Object run(Call call) throws Throwable {
            try {
                return this.next.run(call);
            } catch (RejectedException ex) {
                throw ex;
            } catch (Exception ex) {
                Operation operation = call.operation();
                String arguments = this.codec.writeArguments(operation.method(), call.arguments());
                String id = this.givenUpCalls.store(new GivenUpCall(
                        operation,
                        arguments,
                        String.valueOf(call.arguments()[0]),
                        Failure.of(FailureCategory.TEMPORARY),
                        ex,
                        1,
                        Compensation.NONE));
                call.deadLettered(id);
                if (operation.returnsNothing()) {
                    return null;
                }
                throw new DeadLetteredException(operation.name(), id, ex);
            }
        }
    }
}
