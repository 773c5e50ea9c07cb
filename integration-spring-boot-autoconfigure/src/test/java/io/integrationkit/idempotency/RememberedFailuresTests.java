package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.server.ResponseStatusException;

class RememberedFailuresTests {

    private final FailureClassification classification = new FailureClassification(List.of(), InstantSource.system());

    static Stream<Throwable> refusals() {
        return Stream.of(
                new IntegrationException("card is stolen", FailureCategory.PERMANENT, false),
                new IntegrationException("amount is negative", FailureCategory.VALIDATION, false),
                new IntegrationException(
                        "refused", FailureCategory.PERMANENT, false, null, new IllegalStateException("by the callee")),
                new IdempotentReplayException(FailureCategory.PERMANENT, "refused before"),
                answer(HttpStatus.NOT_FOUND),
                new ResponseStatusException(HttpStatus.NOT_FOUND),
                new ResponseStatusException(HttpStatus.CONFLICT, "why", new IllegalStateException("below")),
                new GoneException(),
                answer(HttpStatus.UNPROCESSABLE_CONTENT),
                new DataIntegrityViolationException("no such account"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aRefusalOfTheCalleeIsRemembered(Throwable failure) {
        assertThat(RememberedFailures.remembers(failure, this.classification.classify(failure)))
                .isTrue();
    }

    static Stream<Throwable> mendable() {
        return Stream.of(
                new IntegrationException("down", FailureCategory.TEMPORARY, true),
                new IntegrationException("slow down", FailureCategory.RATE_LIMIT, true),
                new IntegrationException("later perhaps", FailureCategory.PERMANENT, true),
                new RejectedException(ProblemCode.CIRCUIT_OPEN, "open", Duration.ofSeconds(1)),
                new ProblemException(ProblemCode.OUTBOX_NO_TRANSACTION, FailureCategory.PERMANENT, "no transaction"),
                new IOException("reset"),
                new InterruptedException(),
                new TransientDataAccessResourceException("deadlock"),
                new InvalidDataAccessApiUsageException("wrong call"),
                new IllegalArgumentException("programming error"),
                new IllegalStateException("programming error"),
                new NullPointerException(),
                new RuntimeException(new ClassCastException()),
                new NoClassDefFoundError("x"),
                new SecurityException("no"),
                answer(HttpStatus.UNAUTHORIZED),
                new ResponseStatusException(HttpStatus.FORBIDDEN),
                new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS),
                new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE),
                new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR),
                new RuntimeException(answer(HttpStatus.FORBIDDEN)),
                answer(HttpStatus.TOO_MANY_REQUESTS),
                new Exception("unknown"));
    }

    @ParameterizedTest
    @MethodSource("mendable")
    void whatCanBeMendedWithoutChangingTheCallIsNot(Throwable failure) {
        assertThat(RememberedFailures.remembers(failure, this.classification.classify(failure)))
                .isFalse();
    }

    @ResponseStatus(HttpStatus.GONE)
    static class GoneException extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 302, 400, 404, 409, 422})
    void aResponseThatAnswersTheRequestIsRemembered(int status) {
        assertThat(RememberedFailures.remembers(ResponseEntity.status(status).build()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 407, 408, 425, 429, 500, 502, 503, 504})
    void aResponseThatAsksToComeAgainIsNot(int status) {
        assertThat(RememberedFailures.remembers(ResponseEntity.status(status).build()))
                .isFalse();
    }

    private static HttpClientErrorException answer(HttpStatus status) {
        return HttpClientErrorException.create(status, "", HttpHeaders.EMPTY, new byte[0], null);
    }
}
