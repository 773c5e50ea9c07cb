package io.integrationkit.idempotency;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.util.StringUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.server.ResponseStatusException;

/** What exceptions of Spring's web support tell an HTTP client. Loaded only where they are. */
final class ErrorAnswers {

    private ErrorAnswers() {}

    static StoredFailure.@Nullable Answer of(Throwable exception) {
        if (exception instanceof ErrorResponse response) {
            ProblemDetail body = response.getBody();
            return new StoredFailure.Answer(
                    response.getStatusCode().value(),
                    exception instanceof ResponseStatusException,
                    body.getType(),
                    body.getTitle(),
                    body.getDetail(),
                    (body.getProperties() != null) ? new LinkedHashMap<>(body.getProperties()) : null);
        }
        ResponseStatus status = AnnotatedElementUtils.findMergedAnnotation(exception.getClass(), ResponseStatus.class);
        if (status == null) {
            return null;
        }
        String reason = StringUtils.hasText(status.reason()) ? status.reason() : null;
        return new StoredFailure.Answer(status.code().value(), true, null, null, reason, null);
    }

    /** Declared as what every class knows, since the caller is loaded without the web support too. */
    static Exception exception(StoredFailure.Answer answer) {
        HttpStatusCode status = HttpStatusCode.valueOf(answer.status());
        ErrorResponseException exception = answer.byStatus()
                ? new ResponseStatusException(status, answer.detail())
                : new ErrorResponseException(status);
        if (answer.type() != null) {
            exception.setType(answer.type());
        }
        if (answer.title() != null) {
            exception.setTitle(answer.title());
        }
        if (answer.detail() != null) {
            exception.setDetail(answer.detail());
        }
        Map<String, Object> properties = answer.properties();
        if (properties != null) {
            properties.forEach(exception.getBody()::setProperty);
        }
        return exception;
    }
}
