package io.integrationkit.failure;

import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseStatus;

/** Exceptions by which the application itself says with which HTTP status it refuses a request. */
final class ErrorResponseFailures implements FailureClassifier {

    private final HttpAnswers answers;

    ErrorResponseFailures(HttpAnswers answers) {
        this.answers = answers;
    }

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (failure instanceof ErrorResponse response) {
            return this.answers.classify(response.getStatusCode().value(), response.getHeaders());
        }
        ResponseStatus status = AnnotatedElementUtils.findMergedAnnotation(failure.getClass(), ResponseStatus.class);
        return (status != null) ? this.answers.classify(status.code().value(), null) : null;
    }
}
