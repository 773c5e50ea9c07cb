package io.integrationkit.outbox;

import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.deadletter.ReplayedMessage;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Sends dead letters again: through the same table and relay as new messages, under the id they always had. A message
 * replayed comes after what was published for its key meanwhile, unless the key is parked: then it comes before.
 */
final class OutboxReplayer implements MessageReplayer {

    private final Destinations destinations;

    private final OutboxStore store;

    private final IntConsumer accepted;

    private final Runnable changed;

    OutboxReplayer(Destinations destinations, OutboxStore store, IntConsumer accepted, Runnable changed) {
        this.destinations = destinations;
        this.store = store;
        this.accepted = accepted;
        this.changed = changed;
    }

    @Override
    public void replay(ReplayedMessage message) {
        this.store.keys().replay(record(message));
        whenCommitted(() -> this.accepted.accept(1));
    }

    @Override
    public void replayAll(List<ReplayedMessage> messages) {
        this.store.keys().replayAll(messages.stream().map(this::record).toList());
        whenCommitted(() -> this.accepted.accept(messages.size()));
    }

    @Override
    public void check(ReplayedMessage message) {
        this.destinations.require(message.destination());
    }

    private OutboxRecord record(ReplayedMessage message) {
        this.destinations.require(message.destination());
        return new OutboxRecord(
                message.messageId(),
                message.destination(),
                message.key(),
                message.eventType(),
                message.eventVersion(),
                message.contentType(),
                message.headers(),
                message.payload());
    }

    /** If it was the last parked one of its key, the key goes on. */
    @Override
    public void discarded(String destination, @Nullable String key, String messageId) {
        if (key != null) {
            this.store.keys().discarded(destination, key, messageId);
            whenCommitted(this.changed);
        }
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
