package io.integrationkit.call;

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
        plan.stage(StagePosition.OBSERVE, (next) -> {
            LaterResults later = plan.laterResults();
            return (later == null) ? new ObserveStage(next, observed) : new ObserveLaterStage(next, observed, later);
        });
        plan.stage(StagePosition.DEADLINE, (next) -> new DeadlineStage(next, plan.timeAllowed(), plan.time()));
    }
}
