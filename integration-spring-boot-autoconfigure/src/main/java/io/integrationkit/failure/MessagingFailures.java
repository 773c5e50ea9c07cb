package io.integrationkit.failure;

import org.jspecify.annotations.Nullable;
import org.springframework.messaging.converter.MessageConversionException;
import org.springframework.messaging.handler.invocation.MethodArgumentResolutionException;

/** Messages that cannot be made into the arguments of a listener. */
final class MessagingFailures implements FailureClassifier {

    @Override
    public @Nullable Failure classify(Throwable failure) {
        return (failure instanceof MessageConversionException || failure instanceof MethodArgumentResolutionException)
                ? Failure.of(FailureCategory.VALIDATION)
                : null;
    }
}
