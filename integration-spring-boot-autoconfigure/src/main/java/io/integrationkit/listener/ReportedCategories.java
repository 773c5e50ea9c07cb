package io.integrationkit.listener;

import io.integrationkit.failure.FailureCategory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the name of an exception says about the kind of the failure, where there is no exception to ask: the names that
 * listeners meet most, as {@code FailureClassification} takes their classes. All others are permanent: whoever gave the
 * record up had tried again as often as it wanted to.
 */
final class ReportedCategories {

    private static final Map<String, FailureCategory> KNOWN = new HashMap<>();

    static {
        know(
                FailureCategory.VALIDATION,
                "com.fasterxml.jackson.core.JsonParseException",
                "com.fasterxml.jackson.databind.exc.InvalidDefinitionException",
                "com.fasterxml.jackson.databind.exc.InvalidFormatException",
                "com.fasterxml.jackson.databind.exc.MismatchedInputException",
                "com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException",
                "jakarta.validation.ConstraintViolationException",
                "org.apache.kafka.common.errors.RecordDeserializationException",
                "org.apache.kafka.common.errors.SerializationException",
                "org.springframework.kafka.support.converter.ConversionException",
                "org.springframework.kafka.support.serializer.DeserializationException",
                "org.springframework.messaging.converter.MessageConversionException",
                "org.springframework.messaging.handler.annotation.support.MethodArgumentNotValidException",
                "org.springframework.messaging.handler.annotation.support.MethodArgumentTypeMismatchException",
                "org.springframework.messaging.handler.invocation.MethodArgumentResolutionException",
                "tools.jackson.core.exc.StreamReadException",
                "tools.jackson.databind.exc.InvalidFormatException",
                "tools.jackson.databind.exc.MismatchedInputException",
                "tools.jackson.databind.exc.UnrecognizedPropertyException");
        know(FailureCategory.RATE_LIMIT, "org.springframework.web.client.HttpClientErrorException$TooManyRequests");
        know(
                FailureCategory.TEMPORARY,
                "java.io.EOFException",
                "java.io.IOException",
                "java.net.ConnectException",
                "java.net.NoRouteToHostException",
                "java.net.SocketException",
                "java.net.SocketTimeoutException",
                "java.net.UnknownHostException",
                "java.net.http.HttpConnectTimeoutException",
                "java.net.http.HttpTimeoutException",
                "java.sql.SQLTransientConnectionException",
                "java.util.concurrent.TimeoutException",
                "org.apache.kafka.common.errors.NotEnoughReplicasException",
                "org.apache.kafka.common.errors.TimeoutException",
                "org.springframework.dao.CannotAcquireLockException",
                "org.springframework.dao.CannotSerializeTransactionException",
                "org.springframework.dao.DataAccessResourceFailureException",
                "org.springframework.dao.DeadlockLoserDataAccessException",
                "org.springframework.dao.OptimisticLockingFailureException",
                "org.springframework.dao.PessimisticLockingFailureException",
                "org.springframework.dao.QueryTimeoutException",
                "org.springframework.dao.TransientDataAccessResourceException",
                "org.springframework.jdbc.CannotGetJdbcConnectionException",
                "org.springframework.orm.ObjectOptimisticLockingFailureException",
                "org.springframework.transaction.CannotCreateTransactionException",
                "org.springframework.web.client.HttpServerErrorException$BadGateway",
                "org.springframework.web.client.HttpServerErrorException$GatewayTimeout",
                "org.springframework.web.client.HttpServerErrorException$InternalServerError",
                "org.springframework.web.client.HttpServerErrorException$ServiceUnavailable",
                "org.springframework.web.client.ResourceAccessException");
    }

    private ReportedCategories() {}

    private static void know(FailureCategory category, String... types) {
        for (String type : types) {
            KNOWN.put(type, category);
        }
    }

    /** The outermost of the names that is known decides. */
    static FailureCategory of(List<String> types) {
        for (String type : types) {
            FailureCategory known = KNOWN.get(type);
            if (known != null) {
                return known;
            }
        }
        return FailureCategory.PERMANENT;
    }
}
