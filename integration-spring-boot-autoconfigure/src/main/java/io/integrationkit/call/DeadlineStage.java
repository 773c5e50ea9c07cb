package io.integrationkit.call;

import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Refuses a call for whose answer nobody waits any more, and begins the deadline of one that has its own. */
final class DeadlineStage implements Stage {

    private final Stage next;

    private final Supplier<@Nullable Duration> timeAllowed;

    private final TimeSource time;

    DeadlineStage(Stage next, Supplier<@Nullable Duration> timeAllowed, TimeSource time) {
        this.next = next;
        this.timeAllowed = timeAllowed;
        this.time = time;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        Deadline deadline = Deadline.current();
        if (deadline != null && deadline.expired()) {
            call.refused(ProblemCode.DEADLINE_EXPIRED);
            throw new RejectedException(
                    ProblemCode.DEADLINE_EXPIRED,
                    "%s was not called: its deadline was over %d ms ago"
                            .formatted(call.operation(), -deadline.remaining().toMillis()),
                    null);
        }
        Duration allowed = this.timeAllowed.get();
        if (allowed == null) {
            return this.next.run(call);
        }
        try (Scope scope = Deadline.after(allowed, this.time).open()) {
            return this.next.run(call);
        }
    }
}
