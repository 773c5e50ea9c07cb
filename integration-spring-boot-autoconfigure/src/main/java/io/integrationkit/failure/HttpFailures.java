package io.integrationkit.failure;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.converter.HttpMessageConversionException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.client.UnknownContentTypeException;

/** Answers of HTTP callees as Spring's blocking clients report them. */
final class HttpFailures implements FailureClassifier {

    private final HttpAnswers answers;

    HttpFailures(HttpAnswers answers) {
        this.answers = answers;
    }

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (failure instanceof RestClientResponseException answer) {
            return this.answers.classify(answer.getStatusCode().value(), answer.getResponseHeaders());
        }
        if (failure instanceof HttpMessageNotWritableException) {
            return Failure.of(FailureCategory.VALIDATION);
        }
        return (failure instanceof UnknownContentTypeException || isUnreadableAnswer(failure))
                ? HttpAnswers.unreadable()
                : null;
    }

    private static boolean isUnreadableAnswer(Throwable failure) {
        return failure instanceof HttpMessageConversionException && !(failure.getCause() instanceof IOException);
    }
}
