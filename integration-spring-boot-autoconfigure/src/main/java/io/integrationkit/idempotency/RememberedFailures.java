package io.integrationkit.idempotency;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClientResponseException;

/**
 * Decides which failures are remembered with their key: those by which the callee refused the call itself. What can be
 * mended without changing the call (a defect of ours, a setting, credentials) gives the key back, or the mended
 * application would go on answering with the old failure.
 */
final class RememberedFailures {

    private static final int MAX_DEPTH = 32;

    private static final boolean HTTP_CLIENT = ClassUtils.isPresent(
            "org.springframework.web.client.RestClientResponseException", RememberedFailures.class.getClassLoader());

    private static final boolean HTTP_SERVER =
            ClassUtils.isPresent("org.springframework.web.ErrorResponse", RememberedFailures.class.getClassLoader());

    private static final Set<Integer> CREDENTIALS = Set.of(401, 403, 407);

    /** Answers after which the same request is meant to come again. */
    private static final Set<Integer> COMES_AGAIN = Set.of(408, 425, 429);

    private RememberedFailures() {}

    static boolean remembers(Throwable exception, Failure failure) {
        return (failure.category() == FailureCategory.PERMANENT || failure.category() == FailureCategory.VALIDATION)
                && !failure.retryable()
                && isRefusal(exception);
    }

    /** Whether a result is remembered: a response that asks its client to come again, or to log in, is not. */
    static boolean remembers(@Nullable Object result) {
        Integer status = HTTP_SERVER ? HttpResult.status(result) : null;
        if (status == null) {
            return true;
        }
        return status < 500 && !CREDENTIALS.contains(status) && !COMES_AGAIN.contains(status);
    }

    private static boolean isRefusal(Throwable exception) {
        Throwable link = exception;
        for (int depth = 0; link != null && depth < MAX_DEPTH; depth++) {
            if (link instanceof ProblemException) {
                return false;
            }
            if (link instanceof IntegrationException) {
                return true;
            }
            if (HTTP_SERVER && HttpResult.isAnswer(link)) {
                // Who says which answer it is hides what lies below.
                return !HttpResult.isAboutCredentials(link) && !isSpringSecurity(link.getClass());
            }
            if (isDefect(link) || isSecurity(link)) {
                return false;
            }
            link = link.getCause();
        }
        return true;
    }

    private static boolean isDefect(Throwable link) {
        return link instanceof Error
                || link instanceof NullPointerException
                || link instanceof IllegalArgumentException
                || link instanceof IllegalStateException
                || link instanceof ClassCastException
                || link instanceof UnsupportedOperationException
                || link instanceof IndexOutOfBoundsException
                || link instanceof ArithmeticException
                || link instanceof ArrayStoreException
                || link instanceof NegativeArraySizeException
                || link instanceof ReflectiveOperationException
                || link instanceof TransactionException
                || (link instanceof NonTransientDataAccessException
                        && !(link instanceof DataIntegrityViolationException));
    }

    private static boolean isSecurity(Throwable link) {
        return link instanceof SecurityException
                || isSpringSecurity(link.getClass())
                || (HTTP_CLIENT && HttpAnswer.isAboutCredentials(link));
    }

    private static boolean isSpringSecurity(Class<?> type) {
        for (Class<?> each = type; each != null; each = superclass(each)) {
            if (each.getName().startsWith("org.springframework.security.")) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Class<?> superclass(Class<?> type) {
        return type.getSuperclass();
    }

    /** Loaded only where Spring's HTTP clients are. */
    private static final class HttpAnswer {

        static boolean isAboutCredentials(Throwable link) {
            return link instanceof RestClientResponseException answer
                    && CREDENTIALS.contains(answer.getStatusCode().value());
        }
    }

    /** Loaded only where Spring's web support is. */
    private static final class HttpResult {

        static boolean isAnswer(Throwable link) {
            return ErrorAnswers.of(link) != null;
        }

        static boolean isAboutCredentials(Throwable link) {
            StoredFailure.Answer answer = ErrorAnswers.of(link);
            return answer != null && CREDENTIALS.contains(answer.status());
        }

        static @Nullable Integer status(@Nullable Object result) {
            return (result instanceof ResponseEntity<?> response)
                    ? response.getStatusCode().value()
                    : null;
        }
    }
}
