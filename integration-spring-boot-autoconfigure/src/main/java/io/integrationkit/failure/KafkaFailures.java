package io.integrationkit.failure;

import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** Exceptions of the Kafka client. */
final class KafkaFailures implements FailureClassifier {

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (failure instanceof RetriableException) {
            return Failure.outcomeUnknown();
        }
        if (failure instanceof InterruptException) {
            return PlatformFailures.interrupted();
        }
        if (failure instanceof SerializationException || failure instanceof RecordTooLargeException) {
            return Failure.of(FailureCategory.VALIDATION);
        }
        return (failure instanceof ApiException) ? Failure.of(FailureCategory.PERMANENT) : null;
    }
}
