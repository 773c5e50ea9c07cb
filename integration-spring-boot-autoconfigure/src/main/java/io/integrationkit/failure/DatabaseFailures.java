package io.integrationkit.failure;

import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;

/**
 * SQL exceptions, by their SQLState first, and Spring's translations of them, by the SQLState of what they translate: a
 * translation has one class for states of which some say that nothing is left behind and others that nobody knows.
 */
final class DatabaseFailures implements FailureClassifier {

    /** Connection never made; or the statement stopped, of which nothing is left behind. */
    private static final Set<String> NOTHING_HAPPENED = Set.of("08001", "08004", "57P03", "57014", "55P03");

    /** Whether the statement was carried out is unknown although its class says "rolled back". */
    private static final String COMPLETION_UNKNOWN = "40003";

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (failure instanceof SQLException exception) {
            return bySqlException(exception);
        }
        if (failure instanceof CannotCreateTransactionException) {
            return Failure.of(FailureCategory.TEMPORARY);
        }
        if (failure instanceof DataAccessException || failure instanceof TransactionException) {
            Failure known = bySqlStateBelow(failure);
            return (known != null) ? known : byTranslation(failure);
        }
        return null;
    }

    private static @Nullable Failure bySqlStateBelow(Throwable translation) {
        Throwable link = translation.getCause();
        for (int depth = 0; link != null && depth < FailureClassification.MAX_DEPTH; depth++) {
            if (link instanceof IntegrationException) {
                return null;
            }
            Failure known = (link instanceof SQLException exception) ? bySqlState(exception.getSQLState()) : null;
            if (known != null) {
                return known;
            }
            link = link.getCause();
        }
        return null;
    }

    private static @Nullable Failure byTranslation(Throwable failure) {
        if (failure instanceof ConcurrencyFailureException) {
            return Failure.of(FailureCategory.TEMPORARY);
        }
        if (failure instanceof TransientDataAccessException || failure instanceof RecoverableDataAccessException) {
            return Failure.outcomeUnknown();
        }
        if (failure instanceof DataIntegrityViolationException) {
            return Failure.of(FailureCategory.PERMANENT);
        }
        return null;
    }

    private static @Nullable Failure bySqlException(SQLException exception) {
        Failure known = bySqlState(exception.getSQLState());
        if (known != null) {
            return known;
        }
        if (exception instanceof SQLTransientException || exception instanceof SQLRecoverableException) {
            return Failure.outcomeUnknown();
        }
        return (exception instanceof SQLNonTransientException) ? Failure.of(FailureCategory.PERMANENT) : null;
    }

    private static @Nullable Failure bySqlState(@Nullable String state) {
        if (state == null || state.length() != 5) {
            return null;
        }
        if (NOTHING_HAPPENED.contains(state)) {
            return Failure.of(FailureCategory.TEMPORARY);
        }
        if (state.equals(COMPLETION_UNKNOWN) || state.startsWith("57P0")) {
            return Failure.outcomeUnknown();
        }
        return switch (state.substring(0, 2)) {
            case "08" -> Failure.outcomeUnknown();
            case "40", "53" -> Failure.of(FailureCategory.TEMPORARY);
            case "22", "23", "42" -> Failure.of(FailureCategory.PERMANENT);
            default -> null;
        };
    }
}
