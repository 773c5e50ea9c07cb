package io.integrationkit.failure;

import static io.integrationkit.failure.FailureCategory.PERMANENT;
import static io.integrationkit.failure.FailureCategory.RATE_LIMIT;
import static io.integrationkit.failure.FailureCategory.REJECTED;
import static io.integrationkit.failure.FailureCategory.TEMPORARY;
import static io.integrationkit.failure.FailureCategory.VALIDATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import jakarta.validation.ConstraintViolationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.support.SQLErrorCodeSQLExceptionTranslator;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;
import org.springframework.kafka.listener.ListenerExecutionFailedException;
import org.springframework.kafka.support.serializer.DeserializationException;
import org.springframework.messaging.converter.MessageConversionException;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;
import tools.jackson.databind.json.JsonMapper;

class FailureClassificationTests {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private static final Failure UNKNOWN = Failure.outcomeUnknown();

    private static final Failure NO_EFFECT = Failure.of(TEMPORARY);

    private final FailureClassification classification = new FailureClassification(List.of(), () -> NOW);

    @ParameterizedTest
    @MethodSource
    void knowsWhatKindOfFailureAnExceptionIs(Throwable failure, Failure expected) {
        assertThat(this.classification.classify(failure)).isEqualTo(expected);
    }

    static Stream<Arguments> knowsWhatKindOfFailureAnExceptionIs() throws Exception {
        return Stream.of(
                        platform(),
                        programming(),
                        wrapped(),
                        database(),
                        springDatabase(),
                        translatedByState(),
                        messaging(),
                        mapping(),
                        http())
                .flatMap((arguments) -> arguments);
    }

    private static Stream<Arguments> platform() {
        return Stream.of(
                arguments(new IOException("reset"), UNKNOWN),
                arguments(new SocketTimeoutException(), UNKNOWN),
                arguments(new HttpTimeoutException("slow"), UNKNOWN),
                arguments(new TimeoutException(), UNKNOWN),
                arguments(new ConnectException(), NO_EFFECT),
                arguments(new UnknownHostException(), NO_EFFECT),
                arguments(new HttpConnectTimeoutException("slow"), NO_EFFECT),
                arguments(new SSLHandshakeException("closed"), NO_EFFECT),
                arguments(
                        new SSLHandshakeException("trust").initCause(new CertificateException("expired")),
                        Failure.of(PERMANENT)),
                arguments(new InterruptedException(), new Failure(TEMPORARY, false, true, null)),
                arguments(new ClosedByInterruptException(), new Failure(TEMPORARY, false, true, null)),
                arguments(new StackOverflowError(), Failure.of(PERMANENT)),
                arguments(new ExceptionInInitializerError(new IOException()), Failure.of(PERMANENT)),
                arguments(new Exception("who knows"), UNKNOWN));
    }

    private static Stream<Arguments> programming() {
        return Stream.of(
                        new NullPointerException(),
                        new AccessDeniedException(),
                        new IllegalArgumentException("wrong"),
                        new ClassCastException(),
                        new UnsupportedOperationException(),
                        new IndexOutOfBoundsException(),
                        new ArithmeticException(),
                        new NoSuchMethodException(),
                        new SecurityException(),
                        new IllegalTransactionStateException("none"))
                .map((failure) -> arguments(failure, Failure.of(PERMANENT)));
    }

    private static Stream<Arguments> wrapped() {
        IOException io = new IOException();
        return Stream.of(
                arguments(new CompletionException(new ConnectException()), NO_EFFECT),
                arguments(new ExecutionException(new NullPointerException()), Failure.of(PERMANENT)),
                arguments(new UndeclaredThrowableException(new Exception()), UNKNOWN),
                arguments(new InvocationTargetException(new Exception()), UNKNOWN),
                arguments(new UncheckedIOException(io), UNKNOWN),
                arguments(new IllegalArgumentException(new ConnectException()), NO_EFFECT),
                arguments(new IllegalStateException("closed"), UNKNOWN),
                arguments(
                        new ListenerExecutionFailedException(
                                "x", new IntegrationException("slow down", RATE_LIMIT, true)),
                        Failure.of(RATE_LIMIT)));
    }

    private static Stream<Arguments> database() {
        return Stream.of(
                arguments(new SQLException("x", "08001"), NO_EFFECT),
                arguments(new SQLException("x", "08006"), UNKNOWN),
                arguments(new SQLException("x", "40001"), NO_EFFECT),
                arguments(new SQLException("x", "40003"), UNKNOWN),
                arguments(new SQLException("x", "53300"), NO_EFFECT),
                arguments(new SQLException("x", "55P03"), NO_EFFECT),
                arguments(new SQLException("x", "57P01"), UNKNOWN),
                arguments(new SQLException("x", "57P03"), NO_EFFECT),
                arguments(new SQLException("lock wait", "HY000", 1205), NO_EFFECT),
                arguments(new SQLException("changed", "HY000", 1020), NO_EFFECT),
                arguments(new SQLException("too slow", "70100", 1969), NO_EFFECT),
                arguments(new SQLException("read-only", "HY000", 1290), NO_EFFECT),
                arguments(new SQLException("too many", "42000", 1203), NO_EFFECT),
                arguments(new SQLException("syntax", "42000", 1064), Failure.of(PERMANENT)),
                arguments(new SQLException("other", "HY000", 1105), UNKNOWN),
                arguments(new SQLException("killed", "70100", 1927), UNKNOWN),
                arguments(new SQLException("x", "23505"), Failure.of(PERMANENT)),
                arguments(new SQLException("x", "22001"), Failure.of(PERMANENT)),
                arguments(new SQLException("x"), UNKNOWN),
                arguments(new SQLNonTransientConnectionException("x", "08004"), NO_EFFECT),
                arguments(new SQLTransientConnectionException("pool empty"), UNKNOWN),
                arguments(new SQLRecoverableException("x"), UNKNOWN),
                arguments(new SQLSyntaxErrorException("x"), Failure.of(PERMANENT)));
    }

    private static Stream<Arguments> springDatabase() {
        return Stream.of(
                arguments(new CannotAcquireLockException("x"), NO_EFFECT),
                arguments(new OptimisticLockingFailureException("x"), NO_EFFECT),
                arguments(new CannotCreateTransactionException("x"), NO_EFFECT),
                arguments(new QueryTimeoutException("x"), UNKNOWN),
                arguments(new RecoverableDataAccessException("x"), UNKNOWN),
                arguments(new DataAccessResourceFailureException("x"), UNKNOWN),
                arguments(new DataAccessResourceFailureException("x", new SQLException("x", "08001")), NO_EFFECT),
                arguments(new DuplicateKeyException("x"), Failure.of(PERMANENT)),
                arguments(new InvalidDataAccessApiUsageException("x"), Failure.of(PERMANENT)),
                arguments(new UncategorizedSQLException("x", null, new SQLException("x", "40001")), NO_EFFECT),
                arguments(new UncategorizedSQLException("x", null, new SQLException("x", "HY000")), UNKNOWN));
    }

    /** Each SQLState through each of Spring's translators, and two that the state does not decide. */
    private static Stream<Arguments> translatedByState() {
        SQLErrorCodeSQLExceptionTranslator byCode = new SQLErrorCodeSQLExceptionTranslator("PostgreSQL");
        SQLStateSQLExceptionTranslator byState = new SQLStateSQLExceptionTranslator();
        SQLExceptionSubclassTranslator byClass = new SQLExceptionSubclassTranslator();
        SQLException lost = new SQLTransactionRollbackException("x", "40003");
        return Stream.of(
                arguments(translated(byState, new SQLException("x", "40003")), UNKNOWN),
                arguments(translated(byCode, new SQLException("x", "40003")), UNKNOWN),
                arguments(translated(byClass, lost), UNKNOWN),
                arguments(new CannotAcquireLockException("x", new Exception(lost)), UNKNOWN),
                arguments(new TransactionSystemException("x", translated(byClass, lost)), UNKNOWN),
                arguments(translated(byState, new SQLException("x", "57014")), NO_EFFECT),
                arguments(translated(byClass, new SQLTimeoutException("x", "57014")), NO_EFFECT),
                arguments(translated(byCode, new SQLException("x", "40P01")), NO_EFFECT),
                arguments(translated(byCode, new SQLException("x", "23505")), Failure.of(PERMANENT)),
                arguments(translated(byClass, new SQLTimeoutException("x")), UNKNOWN),
                arguments(new CannotAcquireLockException("x", new SQLException("x", "HYT00")), NO_EFFECT),
                arguments(
                        new CannotAcquireLockException(
                                "x", new IntegrationException("x", PERMANENT, false, null, lost)),
                        NO_EFFECT),
                arguments(new CannotCreateTransactionException("x", new SQLException("x", "08006")), NO_EFFECT));
    }

    private static DataAccessException translated(SQLExceptionTranslator translator, SQLException exception) {
        return Objects.requireNonNull(translator.translate("test", "select 1", exception));
    }

    private static Stream<Arguments> messaging() {
        return Stream.of(
                arguments(new org.apache.kafka.common.errors.TimeoutException("x"), UNKNOWN),
                arguments(new NotLeaderOrFollowerException("x"), UNKNOWN),
                arguments(new TopicAuthorizationException("x"), Failure.of(PERMANENT)),
                arguments(new RecordTooLargeException("x"), Failure.of(VALIDATION)),
                arguments(new SerializationException("x"), Failure.of(VALIDATION)),
                arguments(new MessageConversionException("x"), Failure.of(VALIDATION)),
                arguments(
                        new DeserializationException("x", new byte[0], false, new IOException()),
                        Failure.of(VALIDATION)));
    }

    private static Stream<Arguments> mapping() {
        return Stream.of(
                arguments(new ConstraintViolationException(Set.of()), Failure.of(VALIDATION)),
                arguments(unreadableJson(), Failure.of(VALIDATION)),
                arguments(new com.fasterxml.jackson.core.JsonParseException(null, "x"), Failure.of(VALIDATION)),
                arguments(
                        new ConversionFailedException(
                                TypeDescriptor.valueOf(String.class),
                                TypeDescriptor.valueOf(Integer.class),
                                "x",
                                new NumberFormatException()),
                        Failure.of(VALIDATION)));
    }

    private static Stream<Arguments> http() {
        MockClientHttpResponse message = new MockClientHttpResponse(new byte[0], HttpStatus.OK);
        Failure unreadableAnswer = new Failure(PERMANENT, false, true, null);
        return Stream.of(
                arguments(new ResourceAccessException("x", new ConnectException()), NO_EFFECT),
                arguments(new ResourceAccessException("x", new SocketTimeoutException()), UNKNOWN),
                arguments(new ResourceAccessException("x"), UNKNOWN),
                arguments(
                        new RestClientException(
                                "x", new HttpMessageNotReadableException("x", unreadableJson(), message)),
                        unreadableAnswer),
                arguments(
                        new RestClientException(
                                "x", new HttpMessageNotReadableException("x", new IOException(), message)),
                        UNKNOWN),
                arguments(new HttpMessageNotWritableException("x"), Failure.of(VALIDATION)));
    }

    private static RuntimeException unreadableJson() {
        try {
            JsonMapper.shared().readTree("{");
        } catch (RuntimeException ex) {
            return ex;
        }
        throw new AssertionError("unreachable");
    }

    @ParameterizedTest
    @CsvSource({
        "400, VALIDATION, false", "401, PERMANENT, false", "403, PERMANENT, false", "404, PERMANENT, false",
        "408, TEMPORARY, false", "409, PERMANENT, false", "422, VALIDATION, false", "425, TEMPORARY, false",
        "429, RATE_LIMIT, false", "500, TEMPORARY, true", "501, PERMANENT, false", "502, TEMPORARY, true",
        "503, TEMPORARY, false", "504, TEMPORARY, true", "520, TEMPORARY, true"
    })
    void knowsTheStatusOfAnHttpAnswer(int status, FailureCategory category, boolean effectPossible) {
        Failure failure = this.classification.classify(answer(status, null));
        assertThat(failure.category()).isEqualTo(category);
        assertThat(failure.effectPossible()).isEqualTo(effectPossible);
        assertThat(failure.retryable()).isEqualTo(category.retryable());
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "0, 0",
        "-5, 0",
        "' 12 ', 12",
        "86401, 86400",
        "99999999999999999999, 86400",
        "'Sat, 21 Nov 2026 10:00:30 GMT', 30",
        "'Saturday, 21-Nov-26 10:00:30 GMT', 30",
        "'Sat Nov 21 10:00:30 2026', 30",
        "'Sat, 21 Nov 2026 09:00:00 GMT', 0"
    })
    void readsRetryAfterAsSecondsAndAsDate(String value, long seconds) {
        assertThat(this.classification.classify(answer(429, value)).retryAfter())
                .isEqualTo(Duration.ofSeconds(seconds));
        assertThat(this.classification.classify(answer(503, value)))
                .isEqualTo(NO_EFFECT.withRetryAfter(Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "1.5", "", "21 Nov"})
    void takesAnUnreadableRetryAfterForNone(String value) {
        assertThat(this.classification.classify(answer(429, value)).retryAfter())
                .isNull();
    }

    @Test
    void doesNotWaitForACalleeThatWillNeverAccept() {
        assertThat(this.classification.classify(answer(404, "7")).retryAfter()).isNull();
    }

    private static RestClientResponseException answer(int status, String retryAfter) {
        HttpHeaders headers = new HttpHeaders();
        if (retryAfter != null) {
            headers.set(HttpHeaders.RETRY_AFTER, retryAfter);
        }
        return new RestClientResponseException(
                "x", HttpStatusCode.valueOf(status), "x", headers, new byte[0], StandardCharsets.UTF_8);
    }

    @Test
    void takesAnIntegrationExceptionAtItsWord() {
        Duration wait = Duration.ofSeconds(3);
        assertThat(this.classification.classify(
                        new IntegrationException("x", TEMPORARY, false, wait, new NullPointerException())))
                .isEqualTo(new Failure(TEMPORARY, false, true, wait));
        assertThat(this.classification.classify(new IntegrationException("x", VALIDATION, false)))
                .isEqualTo(Failure.of(VALIDATION));
    }

    @Test
    void asksTheApplicationFirstAndAboutAllCauses() {
        FailureClassifier files =
                (failure) -> (failure instanceof FileNotFoundException) ? Failure.of(VALIDATION) : null;
        FailureClassifier later = (failure) -> (failure instanceof IOException) ? Failure.of(RATE_LIMIT) : null;
        FailureClassification asked = new FailureClassification(List.of(files, later), () -> NOW);
        assertThat(asked.classify(new ResourceAccessException("x", new FileNotFoundException())))
                .isEqualTo(Failure.of(VALIDATION));
        assertThat(asked.classify(new ConnectException())).isEqualTo(Failure.of(RATE_LIMIT));
        assertThat(asked.classify(new NullPointerException())).isEqualTo(Failure.of(PERMANENT));
    }

    @Test
    void letsNoClassifierReinterpretARefusalOfTheKit() {
        FailureClassification asked = new FailureClassification(List.of((failure) -> UNKNOWN), () -> NOW);
        RejectedException refusal = new RejectedException(ProblemCode.CIRCUIT_OPEN, "x", Duration.ofSeconds(2));
        assertThat(asked.classify(new CompletionException(refusal)))
                .isEqualTo(Failure.of(REJECTED).withRetryAfter(Duration.ofSeconds(2)));
    }

    @Test
    void passesOverAClassifierThatFails() {
        FailureClassifier broken = (failure) -> {
            throw new IllegalStateException("broken");
        };
        assertThat(new FailureClassification(List.of(broken), () -> NOW).classify(new ConnectException()))
                .isEqualTo(NO_EFFECT);
    }

    @Test
    void survivesACircleOfCausesAndAVeryLongChain() {
        Exception first = new Exception("first");
        first.initCause(new Exception("second", first));
        assertThat(this.classification.classify(first)).isEqualTo(UNKNOWN);
        Throwable deep = new NullPointerException();
        for (int i = 0; i < 100; i++) {
            deep = new Exception(deep);
        }
        assertThat(this.classification.classify(deep)).isEqualTo(UNKNOWN);
    }
}
