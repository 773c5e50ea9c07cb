package io.integrationkit.limit;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;

/** Port: makes the rate limiters of policies, those that all instances share as well where there is a store for them. */
@FunctionalInterface
public interface RateLimiters {

    /**
     * Creates the rate limiter of a policy, or a new one when its settings have changed.
     *
     * @param policy name of the policy
     * @param spec the settings
     * @param now monotonic nanoseconds
     * @return the rate limiter
     * @throws InvalidOperationException if the permits are to be shared and there is no store to share them by
     */
    RateLimiter create(String policy, RateLimitSpec spec, long now);

    /**
     * Returns what makes rate limiters for one instance only, where there is no store.
     *
     * @return refuses settings of scope {@link RateLimitSpec.Scope#CLUSTER} with {@code INT-116}
     */
    static RateLimiters local() {
        return (policy, spec, now) -> {
            if (spec.scope() == RateLimitSpec.Scope.CLUSTER) {
                throw new InvalidOperationException(
                        ProblemCode.LIMITER_WITHOUT_STORE,
                        "rate-limit.scope of policy '%s' is 'cluster', but there is no Redis through which instances could share permits"
                                .formatted(policy),
                        "Add spring-boot-starter-data-redis and com.bucket4j:bucket4j_jdk17-lettuce to the application and set spring.data.redis.url, or set rate-limit.scope of policy '%s' to 'instance'."
                                .formatted(policy));
            }
            return RateLimiter.local(spec, now);
        };
    }
}
