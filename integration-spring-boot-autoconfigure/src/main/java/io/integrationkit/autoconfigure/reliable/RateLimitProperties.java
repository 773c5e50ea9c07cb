package io.integrationkit.autoconfigure.reliable;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of rate limits that all instances share.
 *
 * @param redisTimeout Longest time to wait for Redis before an instance goes by its own bucket.
 * @param redisKeyPrefix Beginning of the keys of the shared buckets, before the name of the policy.
 */
@ConfigurationProperties(value = "integration.rate-limit", ignoreUnknownFields = false)
public record RateLimitProperties(
        @DefaultValue("100ms") Duration redisTimeout,
        @DefaultValue("integration:rate-limit:") String redisKeyPrefix) {}
