package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.LaterResults;
import io.integrationkit.call.Stage;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.idempotency.KeyQueue.Turn;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the key of a call, answers from what is known in this process, and hands the call to those who claim its key: with
 * a lease, or in its transaction.
 */
final class IdempotentStage implements Stage {

    private static final Logger logger = LoggerFactory.getLogger(IdempotentStage.class);

    private final CallKeys keys;

    private final KeyQueue queue;

    private final Answers answers;

    private final TransactionRule rule;

    private final LeasedWork leased;

    private final @Nullable TransactionalWork transactional;

    private final @Nullable LaterResults later;

    private final AtomicBoolean warned = new AtomicBoolean();

    IdempotentStage(
            CallKeys keys,
            KeyQueue queue,
            Answers answers,
            TransactionRule rule,
            LeasedWork leased,
            @Nullable TransactionalWork transactional,
            @Nullable LaterResults later) {
        this.keys = keys;
        this.queue = queue;
        this.answers = answers;
        this.rule = rule;
        this.leased = leased;
        this.transactional = transactional;
        this.later = later;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        // Who calls is known to this thread, and not to the one on which a lazy result is begun.
        CallKey key = this.keys.of(call);
        return (this.later == null) ? begin(call, key) : this.later.blocking(() -> begin(call, key));
    }

    private @Nullable Object begin(Call call, CallKey key) throws Throwable {
        Turn turn = this.queue.glance(call, key);
        if (turn == null) {
            WaitBudget budget = this.queue.budget();
            turn = this.queue.enter(call, key, budget);
            call.timePassed();
            if (turn instanceof Turn.First first) {
                return claimed(call, first.held(), budget);
            }
        }
        return answered(call, key, turn);
    }

    private @Nullable Object claimed(Call call, HeldKey held, WaitBudget budget) throws Throwable {
        if (this.transactional != null && this.rule.appliesNow()) {
            return this.transactional.run(call, held);
        }
        if (this.rule.inTransaction() && this.warned.compareAndSet(false, true)) {
            logger.warn(
                    "{}: {} claims its key with a lease while a transaction of the same database is active: each call takes a second connection of the pool meanwhile, and its result stays when the transaction rolls back. Use @Idempotent(mode = AUTO), or call it outside of the transaction",
                    ProblemCode.LEASE_IN_TRANSACTION,
                    call.operation());
        }
        return this.leased.run(call, held, budget);
    }

    private @Nullable Object answered(Call call, CallKey key, Turn turn) throws Exception {
        if (!(turn instanceof Turn.Known known)) {
            throw this.answers.reused();
        }
        Object value = this.answers.known(call, key, known.completed());
        return (this.later != null) ? this.later.ready(value) : value;
    }
}
