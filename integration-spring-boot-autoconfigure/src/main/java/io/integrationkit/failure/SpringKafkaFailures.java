package io.integrationkit.failure;

import org.jspecify.annotations.Nullable;
import org.springframework.kafka.support.converter.ConversionException;
import org.springframework.kafka.support.serializer.DeserializationException;

/** Records that Spring for Apache Kafka cannot read. */
final class SpringKafkaFailures implements FailureClassifier {

    @Override
    public @Nullable Failure classify(Throwable failure) {
        return (failure instanceof DeserializationException || failure instanceof ConversionException)
                ? Failure.of(FailureCategory.VALIDATION)
                : null;
    }
}
