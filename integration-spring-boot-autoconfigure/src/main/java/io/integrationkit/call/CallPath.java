package io.integrationkit.call;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import org.jspecify.annotations.Nullable;

/** What every operation has, whatever its annotations: a correlation id, an observer and the check of its deadline. */
public final class CallPath implements PlanContributor {

    private final CallObserver observer;

    /**
     * Creates the contributor.
     *
     * @param observer told of each call
     */
    public CallPath(CallObserver observer) {
        this.observer = observer;
    }

    @Override
    public void contribute(Operation operation, PlanBuilder plan) {
        CallObserver.OfOperation observed = this.observer.observe(operation);
        plan.stage(StagePosition.OBSERVE, (next) -> new ObserveStage(next, observed));
        plan.stage(StagePosition.DEADLINE, DeadlineStage::new);
    }

    private record ObserveStage(Stage next, CallObserver.OfOperation observer) implements Stage {

        @Override
        public @Nullable Object run(Call call) throws Throwable {
            if (Correlation.current() != null) {
                return observed(call);
            }
            try (Scope scope = Correlation.open(null)) {
                return observed(call);
            }
        }

        private @Nullable Object observed(Call call) throws Throwable {
            long started = this.observer.started();
            try {
                return this.next.run(call);
            } catch (Throwable failure) {
                if (call.outcome() == CallOutcome.EXECUTED) {
                    call.ended(CallOutcome.FAILED);
                }
                throw failure;
            } finally {
                this.observer.completed(call, started);
            }
        }
    }
}
