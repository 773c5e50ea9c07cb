package io.integrationkit.jdbc;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;

/**
 * Conflicts about locks: tells them from other failures, and does again what lost one on MariaDB or MySQL: a deadlock, a
 * lock that was not given in time, or a row that changed since the snapshot. The server has taken the transaction back,
 * or the one statement.
 */
public final class LockConflicts {

    /** Deadlock, lock wait time-out, record changed since last read. */
    private static final Set<Integer> CODES = Set.of(1213, 1205, 1020);

    private static final int WAIT_IS_OVER = 1205;

    private static final int H2_WAIT_IS_OVER = 50200;

    /** Serialization failure, deadlock. */
    private static final Set<String> STATES = Set.of("40001", "40P01");

    /** Another transaction changed the row. */
    private static final int H2_CHANGED = 90131;

    private static final int ATTEMPTS = 3;

    private LockConflicts() {}

    /**
     * Runs work and repeats it after a conflict, at once and a few times.
     *
     * @param database the product; on others than MariaDB and MySQL nothing is repeated
     * @param work one statement outside any transaction, or a whole transaction; nothing of it is left when it fails
     * @param <T> what it returns
     * @return what it returned
     * @throws DataAccessException the failure of the last attempt
     */
    public static <T extends @Nullable Object> T retried(Database database, Supplier<T> work) {
        for (int attempt = 1; database.speaksMySql() && attempt < ATTEMPTS; attempt++) {
            try {
                return work.get();
            } catch (DataAccessException ex) {
                if (!isConflict(ex)) {
                    throw ex;
                }
            }
        }
        return work.get();
    }

    private static boolean isConflict(DataAccessException failure) {
        return NestedExceptionUtils.getRootCause(failure) instanceof SQLException exception
                && CODES.contains(exception.getErrorCode());
    }

    /**
     * Tells whether a transaction lost a conflict that it can win when it begins anew: a deadlock, or a snapshot that is
     * too old.
     *
     * @param database the product
     * @param failure what a statement failed with
     * @return whether the transaction, or a statement outside any, is to be repeated
     */
    public static boolean isLost(Database database, DataAccessException failure) {
        SQLException exception = sqlException(failure);
        if (exception == null) {
            return false;
        }
        return (exception.getSQLState() != null && STATES.contains(exception.getSQLState()))
                || (database.speaksMySql()
                        && exception.getErrorCode() != WAIT_IS_OVER
                        && CODES.contains(exception.getErrorCode()))
                || (database == Database.H2 && exception.getErrorCode() == H2_CHANGED);
    }

    /**
     * Tells whether a statement waited for a lock as long as it was allowed to. On PostgreSQL its transaction can only
     * roll back then; on the others it goes on.
     *
     * @param database the product
     * @param failure what the statement failed with
     * @return whether the time to wait was over
     */
    public static boolean isWaitOver(Database database, DataAccessException failure) {
        SQLException exception = sqlException(failure);
        if (exception == null) {
            return false;
        }
        return switch (database) {
            case POSTGRESQL -> "55P03".equals(exception.getSQLState());
            case MARIADB -> exception.getErrorCode() == WAIT_IS_OVER;
            case MYSQL -> exception.getErrorCode() == WAIT_IS_OVER || exception instanceof SQLTimeoutException;
            case H2 -> exception.getErrorCode() == H2_WAIT_IS_OVER;
        };
    }

    /** The outermost: H2 tells the cause of its own below that. */
    private static @Nullable SQLException sqlException(DataAccessException failure) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException exception) {
                return exception;
            }
        }
        return null;
    }
}
