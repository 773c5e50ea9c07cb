package io.integrationkit.deadletter;

import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClientResponseException;

/** What an entry says of an exception: its message, but of an HTTP answer only the status, since the rest is its body. */
final class FailureText {

    private static final boolean HTTP = ClassUtils.isPresent(
            "org.springframework.web.client.RestClientResponseException", FailureText.class.getClassLoader());

    private FailureText() {}

    static @Nullable String of(Throwable failure) {
        return (HTTP && HttpAnswer.is(failure)) ? HttpAnswer.status(failure) : failure.getMessage();
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
