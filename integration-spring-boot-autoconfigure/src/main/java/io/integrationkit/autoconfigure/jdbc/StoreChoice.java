package io.integrationkit.autoconfigure.jdbc;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/** Where a feature keeps its state. */
public enum StoreChoice {
    /** The database if there is one, else memory. */
    AUTO,
    /** The database; without one the application does not start. */
    JDBC,
    /** Memory. */
    MEMORY;

    /**
     * Finds the database to keep state in.
     *
     * @param property key of the setting that holds this choice
     * @param access the database, if there is one
     * @return the database, or {@code null} to keep state in memory
     * @throws InvalidOperationException if the database is wanted and there is none
     */
    public @Nullable JdbcAccess database(String property, ObjectProvider<JdbcAccess> access) {
        return switch (this) {
            case MEMORY -> null;
            case AUTO -> access.getIfAvailable();
            case JDBC ->
                access.getIfAvailable(() -> {
                    throw new InvalidOperationException(
                            ProblemCode.INVALID_SETTING,
                            property + "=jdbc, but there is no database to keep state in",
                            "Provide one DataSource with its transaction manager and leave integration.jdbc.enabled on, or set %s to auto or memory."
                                    .formatted(property));
                });
        };
    }
}
