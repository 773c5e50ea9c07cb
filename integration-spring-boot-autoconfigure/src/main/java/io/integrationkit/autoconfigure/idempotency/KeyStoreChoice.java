package io.integrationkit.autoconfigure.idempotency;

import io.integrationkit.autoconfigure.jdbc.StoreChoice;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.ClassUtils;

/** Where idempotency keys are kept. */
public enum KeyStoreChoice {
    /** The database if there is one, else memory. */
    AUTO,
    /** The database; without one the application does not start. */
    JDBC,
    /** Redis; without a connection to one the application does not start. */
    REDIS,
    /** Memory. */
    MEMORY;

    static final String PROPERTY = "integration.idempotency.store";

    private static final String CONNECTION_FACTORY =
            "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory";

    /** The database to keep keys in, or {@code null} for memory; for Redis there would be another bean. */
    @Nullable
    JdbcAccess database(ObjectProvider<JdbcAccess> access, @Nullable ClassLoader classLoader) {
        return switch (this) {
            case AUTO -> StoreChoice.AUTO.database(PROPERTY, access);
            case JDBC -> StoreChoice.JDBC.database(PROPERTY, access);
            case MEMORY -> null;
            case REDIS -> throw withoutRedis(classLoader);
        };
    }

    private static InvalidOperationException withoutRedis(@Nullable ClassLoader classLoader) {
        boolean lettuce = ClassUtils.isPresent(CONNECTION_FACTORY, classLoader)
                && ClassUtils.isPresent("io.lettuce.core.AbstractRedisClient", classLoader);
        return lettuce
                ? new InvalidOperationException(
                        ProblemCode.INVALID_SETTING,
                        PROPERTY + "=redis, but there is no single LettuceConnectionFactory",
                        "Set spring.data.redis.url with Lettuce as its client, mark one of several LettuceConnectionFactory beans as @Primary, or set %s to auto, jdbc or memory."
                                .formatted(PROPERTY))
                : new InvalidOperationException(
                        ProblemCode.INVALID_SETTING,
                        PROPERTY + "=redis, but Lettuce and Spring Data Redis are not on the class path",
                        "Add org.springframework.boot:spring-boot-starter-data-redis, or set %s to auto, jdbc or memory."
                                .formatted(PROPERTY));
    }
}
