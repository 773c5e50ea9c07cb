package io.integrationkit.reliable;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassifier;
import org.jspecify.annotations.Nullable;

/** The exceptions that an annotation names. */
record NamedFailures(Class<? extends Throwable>[] retryOn, Class<? extends Throwable>[] noRetryOn)
        implements FailureClassifier {

    NamedFailures(Reliable annotation) {
        this(annotation.retryOn(), annotation.noRetryOn());
    }

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (contains(this.noRetryOn, failure)) {
            return Failure.of(FailureCategory.PERMANENT);
        }
        return contains(this.retryOn, failure) ? Failure.outcomeUnknown() : null;
    }

    private static boolean contains(Class<? extends Throwable>[] types, Throwable failure) {
        for (Class<? extends Throwable> type : types) {
            if (type.isInstance(failure)) {
                return true;
            }
        }
        return false;
    }
}
