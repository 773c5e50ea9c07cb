package io.integrationkit.autoconfigure.redis;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** Why there is no store in Redis although a property asks for one. */
final class MissingRedis {

    private static final String CONNECTION_FACTORY =
            "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory";

    private MissingRedis() {}

    /**
     * Returns what is missing, and what to do about it.
     *
     * @param property key of the property that asks for Redis
     * @param classLoader where Redis would be
     * @return the problem, to be thrown
     */
    static InvalidOperationException of(String property, @Nullable ClassLoader classLoader) {
        boolean lettuce = ClassUtils.isPresent(CONNECTION_FACTORY, classLoader)
                && ClassUtils.isPresent("io.lettuce.core.AbstractRedisClient", classLoader);
        return lettuce
                ? new InvalidOperationException(
                        ProblemCode.INVALID_SETTING,
                        property + "=redis, but there is no single LettuceConnectionFactory",
                        "Set spring.data.redis.url with Lettuce as its client, mark one of several LettuceConnectionFactory beans as @Primary, or set %s to auto, jdbc or memory."
                                .formatted(property))
                : new InvalidOperationException(
                        ProblemCode.INVALID_SETTING,
                        property + "=redis, but Lettuce and Spring Data Redis are not on the class path",
                        "Add org.springframework.boot:spring-boot-starter-data-redis, or set %s to auto, jdbc or memory."
                                .formatted(property));
    }
}
