package io.integrationkit.outbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outbox in the database of the application's transactions. */
final class TransactionalOutbox implements Outbox {

    private final OutboxTransactions transactions;

    private final MessageEncoder encoder;

    private final PublishGate gate;

    TransactionalOutbox(OutboxTransactions transactions, MessageEncoder encoder, PublishGate gate) {
        this.transactions = transactions;
        this.encoder = encoder;
        this.gate = gate;
    }

    @Override
    public String publish(Object event) {
        OutboxTransaction transaction = open();
        List<OutboxRecord> records = this.encoder.encode(event);
        records.forEach(transaction::publish);
        return records.get(0).messageId();
    }

    @Override
    public String publish(String destination, @Nullable String key, Object event) {
        OutboxTransaction transaction = open();
        return publish(transaction, this.encoder.encode(destination, key, event));
    }

    @Override
    public String publish(OutboxMessage message) {
        OutboxTransaction transaction = open();
        return publish(transaction, this.encoder.encode(message));
    }

    /**
     * Refuses before the message is looked at: a wrong transaction is the graver mistake. A transaction that was let in
     * once may publish the rest of what belongs together.
     */
    private OutboxTransaction open() {
        OutboxTransaction transaction = this.transactions.current();
        transaction.requireOpen();
        if (transaction.isEmpty()) {
            this.gate.enter();
        }
        return transaction;
    }

    private static String publish(OutboxTransaction transaction, OutboxRecord record) {
        transaction.publish(record);
        return record.messageId();
    }

    @Override
    public boolean durable() {
        return true;
    }
}
