package io.integrationkit.outbox;

import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.deadletter.ReplayedMessage;
import java.util.List;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Sends dead letters again: through the same table and relay as new messages, under the id they always had. A message
 * replayed comes after what was published for its key meanwhile.
 */
final class OutboxReplayer implements MessageReplayer {

    private final Destinations destinations;

    private final OutboxStore store;

    private final Runnable reserve;

    private final Runnable accepted;

    OutboxReplayer(Destinations destinations, OutboxStore store, Runnable reserve, Runnable accepted) {
        this.destinations = destinations;
        this.store = store;
        this.reserve = reserve;
        this.accepted = accepted;
    }

    @Override
    public void replay(ReplayedMessage message) {
        this.destinations.require(message.destination());
        this.reserve.run();
        this.store.append(List.of(new OutboxRecord(
                message.messageId(),
                message.destination(),
                message.key(),
                message.eventType(),
                message.eventVersion(),
                message.contentType(),
                message.headers(),
                message.payload())));
        whenCommitted(this.accepted);
    }

    private static void whenCommitted(Runnable action) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            action.run();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                action.run();
            }
        });
    }
}
