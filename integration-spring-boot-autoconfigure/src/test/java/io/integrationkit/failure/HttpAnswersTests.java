package io.integrationkit.failure;

import static io.integrationkit.failure.FailureCategory.PERMANENT;
import static io.integrationkit.failure.FailureCategory.RATE_LIMIT;
import static io.integrationkit.failure.FailureCategory.TEMPORARY;
import static io.integrationkit.failure.FailureCategory.VALIDATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.codec.EncodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import tools.jackson.databind.json.JsonMapper;

/** What an HTTP answer means, whichever client received it. */
class HttpAnswersTests {

    /** 1,795,255,200 seconds after 1970. */
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private static final Failure UNREADABLE = new Failure(PERMANENT, false, true, null);

    private final FailureClassification classification = new FailureClassification(List.of(), () -> NOW);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RateLimit-Reset      | 30               | 30000",
                "RateLimit-Reset      | 0                | 0",
                "X-RateLimit-Reset    | 30               | 30000",
                "X-RateLimit-Reset    | 1.5              | 1500",
                "X-RateLimit-Reset    | 1795255230       | 30000",
                "X-RateLimit-Reset    | 1795255230.25    | 30250",
                "X-RateLimit-Reset    | 1795255230000    | 30000",
                "X-RateLimit-Reset    | 1795255100       | 0",
                "X-RateLimit-Reset    | 999999999        | 86400000",
                "X-RateLimit-Reset    | 999999999999999  | 86400000",
                "X-RateLimit-Reset    | tomorrow         |",
                "X-RateLimit-Reset    | -5               |",
                "X-RateLimit-Reset    | 1234567890123456 |",
                "RateLimit            | \"default\";r=0;t=30 | 30000",
                "RateLimit            | \"default\"; r=0; t=30 | 30000",
                "RateLimit            | \"a\";r=5;t=3, \"b\";r=0;t=60, \"c\";r=0;t=40 | 60000",
                "RateLimit            | \"a\";r=5;t=3, \"b\";r=9;t=86400 | 3000",
                "RateLimit            | \"a;t=9,b\";r=0;t=30 | 30000",
                "RateLimit            | \"default\";r=0    |",
                "RateLimit            | limit=100, remaining=0, reset=30 | 30000",
                "RateLimit            | nonsense         |",
            })
    void aRateLimitedCallWaitsUntilTheQuotaIsFilledAgain(String header, String value, Long millis) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(header, value);
        Duration expected = (millis != null) ? Duration.ofMillis(millis) : null;
        assertThat(this.classification.classify(blocking(429, headers)).retryAfter())
                .isEqualTo(expected);
        assertThat(this.classification.classify(reactive(429, headers)).retryAfter())
                .isEqualTo(expected);
    }

    @Test
    void retryAfterComesBeforeTheHeadersOfARateLimit() {
        HttpHeaders headers = new HttpHeaders();
        headers.set("RateLimit-Reset", "30");
        headers.set(HttpHeaders.RETRY_AFTER, "7");
        assertThat(this.classification.classify(blocking(429, headers)).retryAfter())
                .isEqualTo(Duration.ofSeconds(7));
        headers.set(HttpHeaders.RETRY_AFTER, "soon");
        assertThat(this.classification.classify(blocking(429, headers)).retryAfter())
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theStructuredHeaderMayStandOnSeveralLinesAndComesBeforeTheOlderOnes() {
        HttpHeaders headers = new HttpHeaders();
        headers.add("RateLimit", "\"a\";r=5;t=3");
        headers.add("RateLimit", "\"b\";r=0;t=40");
        headers.set("X-RateLimit-Reset", "9");
        assertThat(this.classification.classify(blocking(429, headers)).retryAfter())
                .isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void anOutageDoesNotWaitForAQuotaThatIsNotUsedUp() {
        HttpHeaders headers = new HttpHeaders();
        headers.set("X-RateLimit-Reset", "1795257000");
        headers.set("X-RateLimit-Remaining", "4999");
        assertThat(this.classification.classify(blocking(503, headers)).retryAfter())
                .isNull();
        headers.set("X-RateLimit-Remaining", "0");
        assertThat(this.classification.classify(blocking(503, headers)))
                .isEqualTo(Failure.of(TEMPORARY).withRetryAfter(Duration.ofMinutes(30)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-RateLimit-Remaining | 0                | RATE_LIMIT",
                "RateLimit-Remaining   | 0                | RATE_LIMIT",
                "RateLimit             | \"a\";r=0;t=30     | RATE_LIMIT",
                "RateLimit             | remaining=0, reset=30 | RATE_LIMIT",
                "X-RateLimit-Remaining | 10               | PERMANENT",
                "RateLimit             | \"a;r=0\";r=10;t=30 | PERMANENT",
                "X-Other               | 0                | PERMANENT",
            })
    void aRefusalBecauseOfAUsedUpQuotaIsARateLimit(String header, String value, FailureCategory category) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(header, value);
        assertThat(this.classification.classify(blocking(403, headers)).category())
                .isEqualTo(category);
        assertThat(this.classification.classify(blocking(404, headers)).category())
                .isEqualTo(PERMANENT);
    }

    @ParameterizedTest
    @CsvSource({"400", "403", "408", "422", "425", "429", "500", "501", "502", "503", "504", "304"})
    void anAnswerMeansTheSameForBothClients(int status) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, "7");
        assertThat(this.classification.classify(reactive(status, headers)))
                .isEqualTo(this.classification.classify(blocking(status, headers)));
    }

    @ParameterizedTest
    @MethodSource
    void aRequestOfTheReactiveClientFailsLikeOneOfTheBlocking(Throwable failure, Failure expected) {
        assertThat(this.classification.classify(failure)).isEqualTo(expected);
    }

    static Stream<Arguments> aRequestOfTheReactiveClientFailsLikeOneOfTheBlocking() {
        return Stream.of(
                arguments(request(new ConnectException()), Failure.of(TEMPORARY)),
                arguments(request(new SocketTimeoutException()), Failure.outcomeUnknown()),
                arguments(request(new IOException()), Failure.outcomeUnknown()),
                arguments(request(new RuntimeException("not of the JDK")), Failure.outcomeUnknown()),
                arguments(new EncodingException("x"), Failure.of(VALIDATION)),
                arguments(new DecodingException("x", unreadableJson()), UNREADABLE),
                arguments(new DataBufferLimitException("x"), UNREADABLE),
                arguments(reactive(200, HttpHeaders.EMPTY), UNREADABLE),
                arguments(reactive(200, HttpHeaders.EMPTY).initCause(new DataBufferLimitException("x")), UNREADABLE),
                arguments(reactive(200, HttpHeaders.EMPTY).initCause(new IOException()), Failure.outcomeUnknown()));
    }

    @Test
    void anAnnotationIsAskedAfterTheBeansAndBeforeTheBuiltInClassifiers() {
        FailureClassifier bean = (failure) -> (failure instanceof IOException) ? Failure.of(RATE_LIMIT) : null;
        FailureClassification beans = new FailureClassification(List.of(bean), () -> NOW);
        FailureClassification both =
                beans.with((failure) -> (failure instanceof RuntimeException) ? Failure.of(VALIDATION) : null);
        assertThat(both.classify(new IllegalStateException(new IOException()))).isEqualTo(Failure.of(RATE_LIMIT));
        assertThat(both.classify(new NullPointerException())).isEqualTo(Failure.of(VALIDATION));
        assertThat(both.classify(new IntegrationException("x", TEMPORARY, true)))
                .isEqualTo(Failure.of(VALIDATION));
        assertThat(both.classify(new Error())).isEqualTo(Failure.of(PERMANENT));
        assertThat(beans.classify(new NullPointerException())).isEqualTo(Failure.of(PERMANENT));
    }

    @Test
    void whatIsComposedTwiceIsAskedInThatOrder() {
        FailureClassification twice = this.classification
                .with((failure) -> (failure instanceof IOException) ? Failure.of(VALIDATION) : null)
                .with((failure) -> Failure.of(RATE_LIMIT));
        assertThat(twice.classify(new IOException())).isEqualTo(Failure.of(VALIDATION));
        assertThat(twice.classify(new NullPointerException())).isEqualTo(Failure.of(RATE_LIMIT));
    }

    @Test
    void noAnnotationReinterpretsARefusalOfTheKit() {
        RejectedException refusal = new RejectedException(ProblemCode.CIRCUIT_OPEN, "x", null);
        assertThat(this.classification
                        .with((failure) -> Failure.of(VALIDATION))
                        .classify(refusal)
                        .category())
                .isEqualTo(FailureCategory.REJECTED);
    }

    private static RestClientResponseException blocking(int status, HttpHeaders headers) {
        return new RestClientResponseException(
                "x", HttpStatusCode.valueOf(status), "x", headers, new byte[0], StandardCharsets.UTF_8);
    }

    private static WebClientResponseException reactive(int status, HttpHeaders headers) {
        return WebClientResponseException.create(status, "x", headers, new byte[0], StandardCharsets.UTF_8);
    }

    private static WebClientRequestException request(Throwable cause) {
        return new WebClientRequestException(cause, HttpMethod.GET, URI.create("http://localhost"), HttpHeaders.EMPTY);
    }

    private static RuntimeException unreadableJson() {
        try {
            JsonMapper.shared().readTree("{");
        } catch (RuntimeException ex) {
            return ex;
        }
        throw new AssertionError("unreachable");
    }
}
