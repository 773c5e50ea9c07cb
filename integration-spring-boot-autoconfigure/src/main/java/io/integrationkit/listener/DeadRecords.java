package io.integrationkit.listener;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores records of dead-letter topics. */
final class DeadRecords {

    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetterReader.class);

    private final DeadLetters deadLetters;

    private final ReplayTopics topics;

    private final Function<Throwable, Failure> classification;

    private final TimeSource time;

    DeadRecords(
            DeadLetters deadLetters,
            ReplayTopics topics,
            Function<Throwable, Failure> classification,
            TimeSource time) {
        this.deadLetters = deadLetters;
        this.topics = topics;
        this.classification = classification;
        this.time = time;
    }

    /** Stores a record unless it is known; one that throws is not stored and must come again. */
    void keep(ConsumerRecord<byte[], byte[]> received) {
        DeadRecord record = new DeadRecord(received, this.time.now());
        DeadLetterMessage message = record.message(this.topics);
        if (isKnown(record, message)) {
            LOGGER.debug("Record {} is known as dead letter {}", record.position(), message.entryId());
            return;
        }
        try {
            LOGGER.debug("Record {} is dead letter {}", record.position(), this.deadLetters.storeMessage(message));
        } catch (RuntimeException ex) {
            keepPointer(record, ex);
        }
    }

    /**
     * A record that is read again must not open an entry that was closed meanwhile. It is the same failure if it happened
     * at the same time, or if the record says that it was stored before it was sent.
     */
    private boolean isKnown(DeadRecord record, DeadLetterMessage message) {
        Optional<DeadLetter> entry = this.deadLetters.find(message.entryId());
        return entry.isPresent()
                && (record.wasStoredAs(message.entryId())
                        || entry.get().lastFailedAt().equals(record.failedAt().truncatedTo(ChronoUnit.MICROS)));
    }

    /** What a store refuses for good, as too large for it, must not keep back what is behind it. */
    private void keepPointer(DeadRecord record, RuntimeException refused) {
        FailureCategory category = this.classification.apply(refused).category();
        if (category != FailureCategory.PERMANENT && category != FailureCategory.VALIDATION) {
            throw refused;
        }
        try {
            String id = this.deadLetters.storeMessage(record.pointer(refused));
            LOGGER.warn("Record {} cannot be stored; dead letter {} says where it is", record.position(), id, refused);
        } catch (RuntimeException ex) {
            // The store takes nothing: it is not this record.
            if (ex != refused) {
                refused.addSuppressed(ex);
            }
            throw refused;
        }
    }
}
