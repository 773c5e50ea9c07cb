package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.LaterResults;
import io.integrationkit.call.Stage;
import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.idempotency.Reconciler.Finding;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a call run whose key is claimed with a lease, and ends the claim with what became of it.
 *
 * <p>A crash after the claim, and one after the effect, both leave the key claimed until its lease ends; then it is taken
 * over, refused or given to the reconciler. Once the effect happened, nothing that goes wrong here is the caller's
 * failure: it would call again and do the work twice.
 */
final class LeasedWork {

    private final Stage next;

    private final ClaimPolicy policy;

    private final LeasedKeys keys;

    private final KeyQueue queue;

    private final Answers answers;

    private final LeasedEnd end;

    private final @Nullable LaterResults later;

    LeasedWork(
            Stage next,
            ClaimPolicy policy,
            LeasedKeys keys,
            KeyQueue queue,
            Answers answers,
            LeasedEnd end,
            @Nullable LaterResults later) {
        this.next = next;
        this.policy = policy;
        this.keys = keys;
        this.queue = queue;
        this.answers = answers;
        this.end = end;
        this.later = later;
    }

    /** Claims the key whose turn it is, and runs the call if it is granted. */
    @Nullable
    Object run(Call call, HeldKey held, WaitBudget budget) throws Throwable {
        Claim claim;
        try {
            claim = this.keys.claim(call, held, this.queue, budget);
        } catch (ProblemException problem) {
            this.queue.leave(held);
            throw this.answers.refused(problem);
        } catch (Throwable failure) {
            this.queue.leave(held);
            throw failure;
        } finally {
            call.timePassed();
        }
        if (claim instanceof Claim.Granted granted) {
            return granted(call, running(call, held, granted.token()), granted.lapsed());
        }
        if (claim instanceof Claim.Done done) {
            this.queue.keep(call, held, done.result(), done.remembered());
        }
        this.queue.leave(held);
        return ready(this.answers.of(call, held, claim));
    }

    private LeasedEnd.Running running(Call call, HeldKey held, ClaimToken token) {
        try {
            LeaseRenewal.Held renewal = this.keys.renewed(token, () -> this.queue.leave(held), this.queue.sums());
            return new LeasedEnd.Running(call, held, token, renewal, this.queue.argumentsOf(call));
        } catch (Throwable failure) {
            // Nobody else would let the others go on.
            this.queue.leave(held);
            throw failure;
        }
    }

    private @Nullable Object granted(Call call, LeasedEnd.Running running, boolean lapsed) throws Throwable {
        if (lapsed && this.policy.reconciler() != null) {
            Finding finding = reconciled(call, this.policy.reconciler(), running);
            if (finding instanceof Finding.Done done) {
                this.queue.sums().duplicate(call);
                call.ended(CallOutcome.REPLAYED);
                this.end.returned(running, done.result());
                return ready(done.result());
            }
        }
        this.queue.sums().executed(call);
        Object result;
        try (Scope scope = context(running).open()) {
            result = this.next.run(call);
            if (this.later != null) {
                Object work = this.later.within(result, Map.of(IdempotencyContext.REACTOR_KEY, context(running)));
                return this.later.settled(work, (value, failure) -> settle(running, value, failure));
            }
        } catch (Throwable failure) {
            this.end.failed(running, failure);
            throw failure;
        }
        this.end.returned(running, result);
        return result;
    }

    private void settle(LeasedEnd.Running running, @Nullable Object value, @Nullable Throwable failure) {
        if (failure == null) {
            this.end.returned(running, value);
        } else if (failure instanceof CancellationException) {
            this.end.cancelled(running);
        } else {
            this.end.failed(running, failure);
        }
    }

    private Finding reconciled(Call call, Reconciler reconciler, LeasedEnd.Running running) throws Throwable {
        @Nullable Object[] arguments = call.arguments();
        Throwable failure = null;
        try (Scope scope = context(running).open()) {
            Finding finding = reconciler.reconcile(
                    new Reconciler.UnfinishedCall(call.operation().name(), Arrays.copyOf(arguments, arguments.length)));
            if (finding instanceof Finding.Done || finding instanceof Finding.NotDone) {
                return finding;
            }
        } catch (Exception ex) {
            failure = ex;
        } catch (Error error) {
            this.end.abandoned(running);
            throw error;
        } finally {
            call.timePassed();
        }
        this.end.abandoned(running);
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        throw this.answers.outcomeUnknown(call, failure);
    }

    private static IdempotencyContext context(LeasedEnd.Running running) {
        return IdempotencyContext.of(
                running.token().key().identity(), running.token().epoch());
    }

    private @Nullable Object ready(@Nullable Object value) {
        return (this.later != null) ? this.later.ready(value) : value;
    }
}
