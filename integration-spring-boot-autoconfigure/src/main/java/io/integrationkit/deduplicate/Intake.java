package io.integrationkit.deduplicate;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Finds the messages of a call and asks the inbox about them; the same for all calls of an operation. */
final class Intake {

    private static final Duration TRY_AGAIN = Duration.ofMillis(500);

    private final Inbox inbox;

    private final MessageIds ids;

    private final DuplicateAnswer answer;

    private final LongAdder duplicates;

    Intake(Inbox inbox, MessageIds ids, DuplicateAnswer answer, LongAdder duplicates) {
        this.inbox = inbox;
        this.ids = ids;
        this.answer = answer;
        this.duplicates = duplicates;
    }

    Delivery of(Call call) {
        BatchParameter batch = this.ids.batch();
        if (batch != null) {
            return new BatchDelivery(this, call, batch, this.ids);
        }
        MessageIdentity message = this.ids.identify(call.arguments());
        if (call.key() == null) {
            call.identifiedBy(message.text());
        }
        return new Single(call, message);
    }

    Inbox inbox() {
        return this.inbox;
    }

    DuplicateAnswer answer() {
        return this.answer;
    }

    void countDuplicates(int number) {
        if (number > 0) {
            this.duplicates.add(number);
        }
    }

    static RejectedException inFlight(Call call, MessageIdentity message) {
        call.ended(CallOutcome.REJECTED);
        return new RejectedException(
                ProblemCode.MESSAGE_IN_FLIGHT,
                "%s handles message %s right now".formatted(message.consumer(), message.text()),
                TRY_AGAIN);
    }

    /** One message. */
    private final class Single implements Delivery {

        private final Call call;

        private final MessageIdentity message;

        Single(Call call, MessageIdentity message) {
            this.call = call;
            this.message = message;
        }

        @Override
        public boolean receive() {
            return switch (Intake.this.inbox.receive(this.message)) {
                case FIRST -> true;
                case DUPLICATE -> false;
                case IN_FLIGHT -> throw inFlight(this.call, this.message);
            };
        }

        @Override
        public void handled() {
            Intake.this.inbox.handled(this.message);
        }

        @Override
        public void forget() {
            Intake.this.inbox.forget(this.message);
        }

        @Override
        public @Nullable Object duplicate() {
            countDuplicates(1);
            return Intake.this.answer.give(this.call, this.message);
        }
    }
}
