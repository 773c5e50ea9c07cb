package io.integrationkit.autoconfigure.redis;

import io.integrationkit.autoconfigure.jdbc.StoreChoice;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.jdbc.JdbcAccess;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/** Where a feature keeps its state that may also keep it in Redis. */
public enum RedisStoreChoice {
    /** The database if there is one, else memory. */
    AUTO,
    /** The database; without one the application does not start. */
    JDBC,
    /** Redis; without a connection to one the application does not start. */
    REDIS,
    /** Memory. */
    MEMORY;

    /**
     * Finds the database to keep state in, where no store in Redis was made.
     *
     * @param property key of the setting that holds this choice
     * @param access the database, if there is one
     * @param classLoader where Redis would be
     * @return the database, or {@code null} to keep state in memory
     * @throws InvalidOperationException if the database or Redis is wanted and there is none
     */
    public @Nullable JdbcAccess database(
            String property, ObjectProvider<JdbcAccess> access, @Nullable ClassLoader classLoader) {
        return switch (this) {
            case AUTO -> StoreChoice.AUTO.database(property, access);
            case JDBC -> StoreChoice.JDBC.database(property, access);
            case MEMORY -> null;
            case REDIS -> throw MissingRedis.of(property, classLoader);
        };
    }
}
