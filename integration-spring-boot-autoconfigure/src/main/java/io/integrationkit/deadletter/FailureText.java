package io.integrationkit.deadletter;

import io.integrationkit.failure.Redaction;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClientResponseException;

/**
 * What an entry says of an exception: its message without what looks like a secret. Of an HTTP answer only the status, since
 * the rest is its body; nor what a parser of JSON says, since it quotes the document.
 */
final class FailureText {

    private static final boolean HTTP = ClassUtils.isPresent(
            "org.springframework.web.client.RestClientResponseException", FailureText.class.getClassLoader());

    private static final Set<String> PARSERS =
            Set.of("tools.jackson.core.JacksonException", "com.fasterxml.jackson.core.JacksonException");

    private static final int MAX_CAUSES = 8;

    private FailureText() {}

    static @Nullable String of(Throwable failure, Redaction redaction) {
        String message = (HTTP && HttpAnswer.is(failure)) ? HttpAnswer.status(failure) : failure.getMessage();
        return (message != null) ? redaction.of(withoutQuotes(message, failure)) : null;
    }

    /** Others repeat in their own message what the parser said. */
    private static String withoutQuotes(String message, Throwable failure) {
        String kept = message;
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            String said = cause.getMessage();
            if (said != null && readsJson(cause)) {
                kept = kept.replace(said, "not readable");
                kept = kept.replace(firstLine(said), "not readable");
            }
            cause = cause.getCause();
        }
        return kept;
    }

    /** What comes after it is where it happened. */
    private static String firstLine(String said) {
        int end = said.indexOf('\n');
        return (end > 0) ? said.substring(0, end) : said;
    }

    /** By name: the one Jackson or the other may be missing. */
    private static boolean readsJson(Throwable failure) {
        for (Class<?> type = failure.getClass(); type != null; type = type.getSuperclass()) {
            if (PARSERS.contains(type.getName())) {
                return true;
            }
        }
        return false;
    }

    /** Apart, so that the class is not needed where spring-web is not there. */
    private static final class HttpAnswer {

        static boolean is(Throwable failure) {
            return failure instanceof RestClientResponseException;
        }

        static String status(Throwable failure) {
            RestClientResponseException answer = (RestClientResponseException) failure;
            return answer.getStatusCode().value() + " " + answer.getStatusText();
        }
    }
}
