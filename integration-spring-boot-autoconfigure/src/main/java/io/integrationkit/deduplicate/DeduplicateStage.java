package io.integrationkit.deduplicate;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Lets messages in once, outside of any transaction; they count as handled when the whole call has succeeded. */
final class DeduplicateStage implements Stage {

    private final Stage next;

    private final Intake intake;

    DeduplicateStage(Stage next, Intake intake) {
        this.next = next;
        this.intake = intake;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        Delivery delivery = this.intake.of(call);
        boolean anything = delivery.receive();
        call.timePassed();
        return anything ? handle(call, delivery) : delivery.duplicate();
    }

    private @Nullable Object handle(Call call, Delivery delivery) throws Throwable {
        Object result;
        try {
            result = this.next.run(call);
        } catch (Throwable failure) {
            forget(delivery, failure);
            call.timePassed();
            throw failure;
        }
        if (call.deadLetterId() != null) {
            // Its replay must come in again.
            delivery.forget();
        } else if (result instanceof CompletionStage<?> later) {
            later.whenComplete((value, failure) -> end(delivery, failure));
        } else {
            delivery.handled();
        }
        call.timePassed();
        return result;
    }

    /** What the handler failed with is what the caller is told. */
    private static void forget(Delivery delivery, Throwable failure) {
        try {
            delivery.forget();
        } catch (RuntimeException ex) {
            failure.addSuppressed(ex);
        }
    }

    private static void end(Delivery delivery, @Nullable Throwable failure) {
        if (failure == null) {
            delivery.handled();
        } else {
            delivery.forget();
        }
    }
}
