package io.integrationkit.autoconfigure.deduplicate;

import io.integrationkit.autoconfigure.redis.RedisStoreChoice;
import io.integrationkit.deduplicate.DeduplicationSpec;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of the inbox. */
@ConfigurationProperties(value = "integration.deduplicate", ignoreUnknownFields = false)
public class DeduplicateProperties {

    /** Where handled messages are remembered; "auto" takes the database if there is one, else memory. */
    private RedisStoreChoice store = RedisStoreChoice.AUTO;

    /** Time for which the database or Redis remembers a message. Longer than any delay after which a copy may arrive, replays of dead letters included. */
    private Duration retention = Duration.ofDays(7);

    /** Number of messages that memory remembers; the one that was handled the longest ago is forgotten first. */
    private int maxEntries = 100_000;

    /** Beginning of the names of the messages in Redis. */
    private String redisKeyPrefix = "integration:inbox:";

    /** Longest time to wait for an answer of Redis before a message is refused. */
    private Duration redisTimeout = Duration.ofSeconds(1);

    /** Time after which a message in Redis that is still being handled is let in again. Longer than the longest handling. */
    private Duration redisLease = Duration.ofMinutes(5);

    DeduplicationSpec toSpec() {
        return new DeduplicationSpec(this.retention, this.maxEntries, this.redisLease);
    }

    public RedisStoreChoice getStore() {
        return this.store;
    }

    public void setStore(RedisStoreChoice store) {
        this.store = store;
    }

    public Duration getRetention() {
        return this.retention;
    }

    public void setRetention(Duration retention) {
        this.retention = retention;
    }

    public int getMaxEntries() {
        return this.maxEntries;
    }

    public void setMaxEntries(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    public String getRedisKeyPrefix() {
        return this.redisKeyPrefix;
    }

    public void setRedisKeyPrefix(String redisKeyPrefix) {
        this.redisKeyPrefix = redisKeyPrefix;
    }

    public Duration getRedisTimeout() {
        return this.redisTimeout;
    }

    public void setRedisTimeout(Duration redisTimeout) {
        this.redisTimeout = redisTimeout;
    }

    public Duration getRedisLease() {
        return this.redisLease;
    }

    public void setRedisLease(Duration redisLease) {
        this.redisLease = redisLease;
    }
}
