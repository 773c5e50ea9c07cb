package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import java.util.concurrent.CompletionStage;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Makes the attempts of a method that returns a {@link CompletionStage}, without holding a thread between them. The
 * first begins on the caller's thread, further ones on the executor, with what the caller's thread had bound.
 */
final class FutureAttempts implements Stage {

    private final Stage next;

    private final SettledPolicy policy;

    private final AttemptTools tools;

    private final LaterEntrance entrance;

    FutureAttempts(Stage next, SettledPolicy policy, AttemptTools tools) {
        this.next = next;
        this.policy = policy;
        this.tools = tools;
        this.entrance = new LaterEntrance(policy.current().policy().name(), tools);
    }

    @Override
    public Object run(Call call) {
        boolean inTransaction =
                this.tools.joinsTransaction() && TransactionSynchronizationManager.isActualTransactionActive();
        LaterCall later = new LaterCall(call, this.policy, this.tools, inTransaction);
        return new FutureCall(this.next, this.entrance, later).begin();
    }
}
