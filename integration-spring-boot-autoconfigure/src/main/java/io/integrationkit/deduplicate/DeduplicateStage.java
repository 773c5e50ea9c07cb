package io.integrationkit.deduplicate;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.Stage;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Lets a message in once, outside of any transaction; it counts as handled when the whole call has succeeded. */
final class DeduplicateStage implements Stage {

    private static final Duration TRY_AGAIN = Duration.ofMillis(500);

    private final Stage next;

    private final Inbox inbox;

    private final MessageIds ids;

    private final DuplicateAnswer duplicate;

    DeduplicateStage(Stage next, Inbox inbox, MessageIds ids, DuplicateAnswer duplicate) {
        this.next = next;
        this.inbox = inbox;
        this.ids = ids;
        this.duplicate = duplicate;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        MessageIdentity message = this.ids.identify(call.arguments());
        call.identifiedBy(message.text());
        Arrival arrival = this.inbox.receive(message);
        call.timePassed();
        return switch (arrival) {
            case FIRST -> handle(call, message);
            case DUPLICATE -> this.duplicate.give(call, message);
            case IN_FLIGHT -> {
                call.ended(CallOutcome.REJECTED);
                throw new RejectedException(
                        ProblemCode.MESSAGE_IN_FLIGHT,
                        "%s handles message %s right now".formatted(message.consumer(), message.text()),
                        TRY_AGAIN);
            }
        };
    }

    private @Nullable Object handle(Call call, MessageIdentity message) throws Throwable {
        Object result;
        try {
            result = this.next.run(call);
        } catch (Throwable failure) {
            this.inbox.forget(message);
            call.timePassed();
            throw failure;
        }
        if (call.deadLetterId() != null) {
            // Its replay must come in again.
            this.inbox.forget(message);
        } else if (result instanceof CompletionStage<?> later) {
            later.whenComplete((value, failure) -> end(message, failure));
        } else {
            this.inbox.handled(message);
        }
        call.timePassed();
        return result;
    }

    private void end(MessageIdentity message, @Nullable Throwable failure) {
        if (failure == null) {
            this.inbox.handled(message);
        } else {
            this.inbox.forget(message);
        }
    }
}
