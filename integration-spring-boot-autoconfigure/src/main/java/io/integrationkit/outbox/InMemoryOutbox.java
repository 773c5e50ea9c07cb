package io.integrationkit.outbox;

import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The outbox of an application without a database of ours: what is accepted is sent, unless the process ends first. */
final class InMemoryOutbox implements Outbox {

    private final MemoryOutboxStore store;

    private final MessageEncoder encoder;

    private final PublishGate gate;

    private final IntConsumer accepted;

    /** The consumer is told each time how many messages became owed. */
    InMemoryOutbox(MemoryOutboxStore store, MessageEncoder encoder, PublishGate gate, IntConsumer accepted) {
        this.store = store;
        this.encoder = encoder;
        this.gate = gate;
        this.accepted = accepted;
    }

    @Override
    public String publish(Object event) {
        return publish(this.encoder.encode(event));
    }

    @Override
    public String publish(String destination, @Nullable String key, Object event) {
        return publish(List.of(this.encoder.encode(destination, key, event)));
    }

    @Override
    public String publish(OutboxMessage message) {
        return publish(List.of(this.encoder.encode(message)));
    }

    private String publish(List<OutboxRecord> records) {
        this.gate.enter();
        this.store.reserve(records.size());
        if (TransactionSynchronizationManager.isActualTransactionActive()
                && TransactionSynchronizationManager.isSynchronizationActive()) {
            PublishBuffer buffer = current().buffer;
            records.forEach(buffer::add);
        } else {
            this.store.append(records);
            this.accepted.accept(records.size());
        }
        return records.get(0).messageId();
    }

    private Publishing current() {
        if (TransactionSynchronizationManager.getResource(this) instanceof Publishing bound) {
            return bound;
        }
        Publishing publishing = new Publishing();
        TransactionSynchronizationManager.registerSynchronization(publishing);
        TransactionSynchronizationManager.bindResource(this, publishing);
        return publishing;
    }

    @Override
    public boolean durable() {
        return false;
    }

    /** Hands over at the very end, which is also called for those who registered after the commit. */
    private final class Publishing implements TransactionSynchronization {

        private final PublishBuffer buffer = new PublishBuffer();

        @Override
        public void suspend() {
            TransactionSynchronizationManager.unbindResource(InMemoryOutbox.this);
        }

        @Override
        public void resume() {
            TransactionSynchronizationManager.bindResource(InMemoryOutbox.this, this);
        }

        @Override
        public void savepoint(Object savepoint) {
            this.buffer.savepoint(savepoint);
        }

        @Override
        public void savepointRollback(Object savepoint) {
            InMemoryOutbox.this.store.giveBack(this.buffer.rollbackTo(savepoint));
        }

        @Override
        public void afterCompletion(int status) {
            TransactionSynchronizationManager.unbindResourceIfPossible(InMemoryOutbox.this);
            List<OutboxRecord> records = this.buffer.drain();
            if (status == STATUS_COMMITTED) {
                InMemoryOutbox.this.store.append(records);
                InMemoryOutbox.this.accepted.accept(records.size());
            } else {
                InMemoryOutbox.this.store.giveBack(records.size());
            }
        }
    }
}
