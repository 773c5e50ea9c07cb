package io.integrationkit.actuate;

import io.integrationkit.actuate.HandledMessage.Outcome;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.MessageTracing;
import io.integrationkit.context.Scope;
import io.integrationkit.deduplicate.DuplicateMessageException;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.Redaction;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Observes the handling of each message ({@link IntegrationObservation#MESSAGE}), so that a tracer makes a span of it: a
 * child of what the thread is in, such as the observation of the listener's container; without such, of the sender's
 * span, which the headers name.
 */
public final class ObservedMessages implements MessageTracing {

    private static final MessageObservationConvention BY_DEFAULT = new DefaultMessageObservationConvention();

    private final ThreadLocal<@Nullable Message> received = new ThreadLocal<>();

    private final ObservationRegistry registry;

    private final Predicate<String> knownType;

    private final Function<Throwable, FailureCategory> category;

    private final @Nullable MessageObservationConvention own;

    /**
     * Creates the tracing.
     *
     * @param registry told of the observations
     * @param knownType tells event types of this application; others are not told apart
     * @param category says what kind of failure an exception of a call is
     * @param own the application's own convention, or {@code null}
     */
    public ObservedMessages(
            ObservationRegistry registry,
            Predicate<String> knownType,
            Function<Throwable, FailureCategory> category,
            @Nullable MessageObservationConvention own) {
        this.registry = registry;
        this.knownType = knownType;
        this.category = category;
        this.own = own;
    }

    @Override
    public Scope received(Message message) {
        this.received.set(message);
        return this.received::remove;
    }

    @Override
    public Handling begin(Message message) {
        Observed observed = observe(message);
        return (observed != null) ? observed : MessageTracing.NONE.begin(message);
    }

    /** Begins the span of the message for which the thread makes a call, if it has received one and made none yet. */
    @Nullable
    Observed beginReceived() {
        Message message = this.received.get();
        if (message == null) {
            return null;
        }
        this.received.remove();
        return observe(message);
    }

    private @Nullable Observed observe(Message message) {
        HandledMessage handled = new HandledMessage(message.handler(), type(message.type()));
        Observation around = this.registry.getCurrentObservation();
        Observation.Context context = (around != null && !around.isNoop())
                ? new MessageObservationContext(handled)
                : new ReceivedMessageObservationContext(handled, message.headers());
        Observation observation = IntegrationObservation.MESSAGE
                .observation(this.own, BY_DEFAULT, () -> context, this.registry)
                .start();
        return observation.isNoop() ? null : new Observed(observation, handled, this.category);
    }

    private String type(@Nullable String type) {
        if (type == null) {
            return "none";
        }
        return this.knownType.test(type) ? type : "other";
    }

    /** The observation of a message. */
    record Observed(Observation observation, HandledMessage message, Function<Throwable, FailureCategory> category)
            implements Handling {

        @Override
        public Scope open() {
            return this.observation.openScope()::close;
        }

        /** The call that was the handling ended. */
        void ended(CallOutcome outcome, @Nullable Throwable failure) {
            if (outcome == CallOutcome.DUPLICATE || failure instanceof DuplicateMessageException) {
                duplicate();
            } else if (failure != null) {
                failed(this.category.apply(failure), failure);
            } else {
                end(outcome == CallOutcome.DEAD_LETTERED ? Outcome.FAILED : Outcome.HANDLED, null);
            }
        }

        @Override
        public void handled() {
            end(Outcome.HANDLED, null);
        }

        @Override
        public void duplicate() {
            end(Outcome.DUPLICATE, null);
        }

        @Override
        public void failed(FailureCategory how, Throwable failure) {
            this.observation.error(Redaction.STANDARD.of(failure));
            end(Outcome.FAILED, how);
        }

        private void end(Outcome outcome, @Nullable FailureCategory how) {
            this.message.ended(outcome, how);
            this.observation.stop();
        }
    }
}
