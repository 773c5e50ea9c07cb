package io.integrationkit.failure;

import jakarta.validation.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/** Violated constraints of Jakarta Validation. */
final class BeanValidationFailures implements FailureClassifier {

    @Override
    public @Nullable Failure classify(Throwable failure) {
        return (failure instanceof ConstraintViolationException) ? Failure.of(FailureCategory.VALIDATION) : null;
    }
}
