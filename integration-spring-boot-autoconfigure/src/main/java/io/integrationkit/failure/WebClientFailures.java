package io.integrationkit.failure;

import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.codec.EncodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.web.reactive.function.UnsupportedMediaTypeException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

/**
 * Answers of HTTP callees as Spring's {@code WebClient} reports them. Its exception for a request without an answer
 * ({@code WebClientRequestException}) only wraps the one that tells what happened, and is left to those who know that.
 */
final class WebClientFailures implements FailureClassifier {

    private final HttpAnswers answers;

    WebClientFailures(HttpAnswers answers) {
        this.answers = answers;
    }

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (failure instanceof WebClientResponseException answer) {
            return byAnswer(answer);
        }
        if (failure instanceof EncodingException) {
            return Failure.of(FailureCategory.VALIDATION);
        }
        return (failure instanceof DecodingException
                        || failure instanceof UnsupportedMediaTypeException
                        || failure instanceof DataBufferLimitException)
                ? HttpAnswers.unreadable()
                : null;
    }

    /** Also thrown for an answer of success whose body could not be read, with the reason as its cause. */
    private @Nullable Failure byAnswer(WebClientResponseException answer) {
        if (!answer.getStatusCode().is2xxSuccessful()) {
            return this.answers.classify(answer.getStatusCode().value(), answer.getHeaders());
        }
        boolean cutOff = answer.getCause() instanceof IOException || answer.getCause() instanceof TimeoutException;
        return cutOff ? Failure.outcomeUnknown() : HttpAnswers.unreadable();
    }
}
