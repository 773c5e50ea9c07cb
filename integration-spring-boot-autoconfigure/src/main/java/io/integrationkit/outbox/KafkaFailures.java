package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;

/**
 * What an exception of the producer says about the message. Only what the broker will say of this record each time is a
 * refusal; all else is taken as an outage, missing rights included: they are mended by an operator, and dead-lettering a
 * whole topic until then would help nobody.
 */
final class KafkaFailures {

    private KafkaFailures() {}

    static Failure classify(Throwable failure) {
        boolean refused = failure instanceof RecordTooLargeException
                || failure instanceof RecordBatchTooLargeException
                || failure instanceof InvalidTopicException
                || failure instanceof InvalidRecordException
                || failure instanceof InvalidTimestampException
                || failure instanceof SerializationException
                || failure instanceof UnsupportedForMessageFormatException;
        return refused ? Failure.of(FailureCategory.PERMANENT) : Failure.outcomeUnknown();
    }
}
