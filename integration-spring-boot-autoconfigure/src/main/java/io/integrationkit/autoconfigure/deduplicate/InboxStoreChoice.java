package io.integrationkit.autoconfigure.deduplicate;

import io.integrationkit.autoconfigure.jdbc.StoreChoice;
import io.integrationkit.autoconfigure.redis.MissingRedis;
import io.integrationkit.jdbc.JdbcAccess;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/** Where handled messages are remembered. */
public enum InboxStoreChoice {
    /** The database if there is one, else memory. */
    AUTO,
    /** The database; without one the application does not start. */
    JDBC,
    /** Redis; without a connection to one the application does not start. */
    REDIS,
    /** Memory. */
    MEMORY;

    static final String PROPERTY = "integration.deduplicate.store";

    /** The database to keep messages in, or {@code null} for memory; for Redis there would be another bean. */
    @Nullable
    JdbcAccess database(ObjectProvider<JdbcAccess> access, @Nullable ClassLoader classLoader) {
        return switch (this) {
            case AUTO -> StoreChoice.AUTO.database(PROPERTY, access);
            case JDBC -> StoreChoice.JDBC.database(PROPERTY, access);
            case MEMORY -> null;
            case REDIS -> throw MissingRedis.of(PROPERTY, classLoader);
        };
    }
}
