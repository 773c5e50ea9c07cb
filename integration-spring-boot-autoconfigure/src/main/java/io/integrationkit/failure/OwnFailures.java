package io.integrationkit.failure;

import org.jspecify.annotations.Nullable;

/** Exceptions that name their own category. */
final class OwnFailures implements FailureClassifier {

    @Override
    public @Nullable Failure classify(Throwable failure) {
        return (failure instanceof IntegrationException named) ? of(named) : null;
    }

    static Failure of(IntegrationException named) {
        boolean effectPossible = named.category() == FailureCategory.TEMPORARY;
        return new Failure(named.category(), named.retryable(), effectPossible, named.retryAfter());
    }
}
