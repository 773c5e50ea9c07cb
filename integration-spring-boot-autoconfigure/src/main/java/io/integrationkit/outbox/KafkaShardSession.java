package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/** A producer with the transactional id of a shard. */
final class KafkaShardSession implements ShardTransactions.Session {

    /** A close that may wait lets the broker answer what is under way, and gives the transaction up. */
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private final int shard;

    private final String incarnation;

    private final Producer<byte[], byte[]> producer;

    private final ProgressTopic topic;

    private BatchProgress progress = BatchProgress.NONE;

    private boolean closed;

    KafkaShardSession(int shard, String incarnation, Producer<byte[], byte[]> producer, ProgressTopic topic) {
        this.shard = shard;
        this.incarnation = incarnation;
        this.producer = producer;
        this.topic = topic;
    }

    /** The order matters: only when the former sender is fenced nothing more can be committed that is not read here. */
    void begin() {
        this.producer.initTransactions();
        this.progress = this.topic.read(this.shard, this.incarnation);
    }

    @Override
    public BatchProgress progress() {
        return this.progress;
    }

    @Override
    public void commit(List<StoredMessage> batch) {
        AtomicReference<@Nullable Answer> first = new AtomicReference<>();
        try {
            this.producer.beginTransaction();
            for (StoredMessage message : batch) {
                this.producer.send(KafkaMessageDestination.record(message.record()), (metadata, failure) -> {
                    if (failure != null) {
                        first.compareAndSet(null, new Answer(message, failure));
                    }
                });
            }
            this.producer.send(this.topic.record(this.shard, this.incarnation, BatchProgress.of(batch)));
            this.producer.commitTransaction();
        } catch (KafkaException | IllegalStateException ex) {
            close(SETTLE);
            throw failed(first.get(), ex);
        }
    }

    /** The first answer is the cause; the others, and the exception itself, tell of its consequences. */
    private static BatchFailedException failed(@Nullable Answer first, RuntimeException ex) {
        if (fenced(ex) || (first != null && fenced(first.failure()))) {
            return new BatchFailedException(BatchFailedException.Kind.FENCED, null, Failure.outcomeUnknown(), ex);
        }
        if (first == null) {
            return new BatchFailedException(BatchFailedException.Kind.UNREACHABLE, null, Failure.outcomeUnknown(), ex);
        }
        Failure failure = KafkaFailures.classify(first.failure());
        BatchFailedException.Kind kind = (failure.category() == FailureCategory.PERMANENT)
                ? BatchFailedException.Kind.REFUSED
                : BatchFailedException.Kind.UNREACHABLE;
        return new BatchFailedException(kind, first.message(), failure, first.failure());
    }

    private static boolean fenced(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException
                    || cause instanceof InvalidProducerEpochException
                    || cause instanceof InvalidTxnStateException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    private void close(Duration longest) {
        if (!this.closed) {
            this.closed = true;
            this.producer.close(longest);
        }
    }

    private record Answer(StoredMessage message, Exception failure) {}
}
