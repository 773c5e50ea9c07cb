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

    /**
     * The same on MariaDB and MySQL, where the SQLState says too little or something else: lock wait time-out, lock not
     * at once, record changed since last read; statement ended by a time limit or on request; too many connections of a
     * user; server that is read-only.
     */
    private static final Set<String> NOTHING_HAPPENED_ON_MYSQL = Set.of(
            "HY000/1205",
            "HY000/3572",
            "HY000/1020",
            "70100/1969",
            "HY000/3024",
            "70100/1317",
            "42000/1203",
            "42000/1226",
            "HY000/1290",
            "HY000/1836");

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
            Failure known = (link instanceof SQLException exception)
                    ? bySqlState(exception.getSQLState(), exception.getErrorCode())
                    : null;
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
        Failure known = bySqlState(exception.getSQLState(), exception.getErrorCode());
        if (known != null) {
            return known;
        }
        if (exception instanceof SQLTransientException || exception instanceof SQLRecoverableException) {
            return Failure.outcomeUnknown();
        }
        return (exception instanceof SQLNonTransientException) ? Failure.of(FailureCategory.PERMANENT) : null;
    }

    private static @Nullable Failure bySqlState(@Nullable String state, int code) {
        if (state == null || state.length() != 5) {
            return null;
        }
        if (NOTHING_HAPPENED.contains(state) || NOTHING_HAPPENED_ON_MYSQL.contains(state + "/" + code)) {
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
