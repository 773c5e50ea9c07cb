package io.integrationkit.call;

import io.integrationkit.context.Deadline;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import org.jspecify.annotations.Nullable;

/** Refuses a call for whose answer nobody waits any more. */
final class DeadlineStage implements Stage {

    private final Stage next;

    DeadlineStage(Stage next) {
        this.next = next;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        Deadline deadline = Deadline.current();
        if (deadline != null && deadline.expired()) {
            call.ended(CallOutcome.REJECTED);
            throw new RejectedException(
                    ProblemCode.DEADLINE_EXPIRED,
                    "%s was not called: its deadline was over %d ms ago"
                            .formatted(call.operation(), -deadline.remaining().toMillis()),
                    null);
        }
        return this.next.run(call);
    }
}
