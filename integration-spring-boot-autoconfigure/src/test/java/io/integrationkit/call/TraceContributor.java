package io.integrationkit.call;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Adds a retrying stage outside and a stage inside the transaction; both write down whether a transaction is active. */
class TraceContributor implements PlanContributor {

    final List<String> trace = new CopyOnWriteArrayList<>();

    @Override
    public void contribute(Operation operation, PlanBuilder plan) {
        Traced traced = operation.annotation(Traced.class);
        if (traced == null) {
            return;
        }
        plan.setting("attempts", traced.attempts(), "@Traced(attempts)");
        plan.stage(StagePosition.RETRY, (next) -> (call) -> retry(call, next, traced.attempts()));
        plan.stage(StagePosition.TRANSACTIONAL_DEDUPLICATE, (next) -> (call) -> {
            write("inner");
            return next.run(call);
        });
    }

    private @Nullable Object retry(Call call, Stage next, int attempts) throws Throwable {
        Throwable last = null;
        for (int i = 0; i < attempts; i++) {
            call.attemptStarted();
            write("outer");
            try {
                return next.run(call);
            } catch (IllegalStateException ex) {
                last = ex;
            }
        }
        throw (last != null) ? last : new AssertionError("no attempt");
    }

    void write(String where) {
        boolean active = TransactionSynchronizationManager.isActualTransactionActive();
        this.trace.add(where + (active ? " in transaction" : ""));
    }
}
