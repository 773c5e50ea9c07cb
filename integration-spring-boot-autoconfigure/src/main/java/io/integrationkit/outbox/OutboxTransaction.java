package io.integrationkit.outbox;

import io.integrationkit.failure.ProblemCode;
import java.util.List;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/** One transaction as the outbox sees it: its buffer, and when it is written. */
final class OutboxTransaction implements TransactionSynchronization {

    private static final Logger logger = LoggerFactory.getLogger(OutboxTransaction.class);

    private enum State {
        COLLECTING,
        WRITTEN,
        OVER
    }

    private final Object resourceKey;

    private final OutboxStore store;

    private final boolean writesItself;

    private final IntConsumer committed;

    private final PublishBuffer buffer = new PublishBuffer();

    private State state = State.COLLECTING;

    private int written;

    OutboxTransaction(Object resourceKey, OutboxStore store, boolean writesItself, IntConsumer committed) {
        this.resourceKey = resourceKey;
        this.store = store;
        this.writesItself = writesItself;
        this.committed = committed;
    }

    void requireOpen() {
        if (this.state == State.OVER) {
            throw OutboxTransactions.over();
        }
    }

    void publish(OutboxRecord record) {
        requireOpen();
        if (this.state == State.WRITTEN) {
            append(List.of(record));
        } else {
            this.buffer.add(record);
        }
    }

    boolean isEmpty() {
        return this.buffer.isEmpty();
    }

    /** Called by the listener: nothing of the application runs after it but the commit. */
    void write() {
        append(this.buffer.drain());
        this.state = State.OVER;
    }

    private void append(List<OutboxRecord> records) {
        if (!records.isEmpty()) {
            this.store.append(records);
            this.written += records.size();
        }
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void suspend() {
        TransactionSynchronizationManager.unbindResource(this.resourceKey);
    }

    @Override
    public void resume() {
        TransactionSynchronizationManager.bindResource(this.resourceKey, this);
    }

    @Override
    public void savepoint(Object savepoint) {
        this.buffer.savepoint(savepoint);
    }

    @Override
    public void savepointRollback(Object savepoint) {
        this.buffer.rollbackTo(savepoint);
    }

    @Override
    public void beforeCommit(boolean readOnly) {
        if (this.writesItself) {
            if (!this.buffer.isEmpty()) {
                TransactionSynchronizationUtils.triggerFlush();
            }
            append(this.buffer.drain());
            this.state = State.WRITTEN;
        }
    }

    @Override
    public void afterCommit() {
        this.state = State.OVER;
        if (this.written > 0) {
            this.committed.accept(this.written);
        }
    }

    @Override
    public void afterCompletion(int status) {
        this.state = State.OVER;
        TransactionSynchronizationManager.unbindResourceIfPossible(this.resourceKey);
        if (status != STATUS_ROLLED_BACK && !this.buffer.isEmpty()) {
            logger.error(
                    "{}: {} messages were published when their transaction ended and are lost, the first to '{}':"
                            + " publish before the commit begins",
                    ProblemCode.OUTBOX_BUFFER_LEFT,
                    this.buffer.size(),
                    this.buffer.drain().get(0).destination());
        }
    }
}
