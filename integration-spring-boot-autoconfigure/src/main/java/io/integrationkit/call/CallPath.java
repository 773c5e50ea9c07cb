package io.integrationkit.call;

import org.jspecify.annotations.Nullable;

/** What every operation has, whatever its annotations: a correlation id, an observer, the
 * check of its deadline, and spans where there is a tracer. */
public final class CallPath implements PlanContributor {

    private final CallObserver observer;

    private final @Nullable CallTracing tracing;

    /**
     * Creates the contributor.
     *
     * @param observer told of each call
     * @param tracing gives calls and attempts their spans; {@code null} leaves both stages out
     */
    public CallPath(CallObserver observer, @Nullable CallTracing tracing) {
        this.observer = observer;
        this.tracing = tracing;
    }

    @Override
    public void contribute(Operation operation, PlanBuilder plan) {
        CallObserver.OfOperation observed = this.observer.observe(operation);
        plan.stage(StagePosition.OBSERVE, (next) -> {
            LaterResults later = plan.laterResults();
            return (later == null) ? new ObserveStage(next, observed) : new ObserveLaterStage(next, observed, later);
        });
        plan.stage(StagePosition.DEADLINE, (next) -> new DeadlineStage(next, plan.timeAllowed(), plan.time()));
        if (this.tracing != null) {
            trace(this.tracing.trace(operation), plan);
        }
    }

    private static void trace(CallTracing.OfOperation tracing, PlanBuilder plan) {
        plan.stage(StagePosition.TRACE, (next) -> {
            LaterResults later = plan.laterResults();
            TraceStage.Beginning spans = (call) -> {
                CallTracing.Span span = tracing.call(call);
                call.traced(span);
                return span;
            };
            return (later == null)
                    ? new TraceStage(next, spans)
                    : new TraceLaterStage(next, spans, later, later::whenDone);
        });
        plan.stage(StagePosition.ATTEMPT_TRACE, (next) -> {
            LaterResults later = plan.laterResults();
            return (later == null)
                    ? new TraceStage(next, tracing::attempt)
                    : new TraceLaterStage(next, tracing::attempt, later, later::whenWorkDone);
        });
    }
}
