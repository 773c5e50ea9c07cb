package io.integrationkit.jdbc;

import java.sql.SQLException;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;

/**
 * Does again what lost a conflict about locks on MariaDB or MySQL: a deadlock, a lock that was not given in time, or a
 * row that changed since the snapshot. The server has taken the transaction back, or the one statement.
 */
public final class LockConflicts {

    /** Deadlock, lock wait time-out, record changed since last read. */
    private static final Set<Integer> CODES = Set.of(1213, 1205, 1020);

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
}
