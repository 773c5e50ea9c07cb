package io.integrationkit.autoconfigure.idempotency;

import io.integrationkit.autoconfigure.redis.RedisStoreChoice;
import io.integrationkit.idempotency.IdempotencySpec;
import io.integrationkit.idempotency.ResultCipher;
import io.integrationkit.idempotency.ResultLimits;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/** Settings of idempotent calls. */
@ConfigurationProperties(value = "integration.idempotency", ignoreUnknownFields = false)
public class IdempotencyProperties {

    /** Time for which the result of a call is remembered with its key. */
    private Duration ttl = Duration.ofHours(24);

    /** Time after which a call that has neither ended nor renewed its lease counts as dead. */
    private Duration lease = Duration.ofSeconds(30);

    /** Longest time for which the lease of a call that goes on is renewed. */
    private Duration maxLease = Duration.ofHours(1);

    /** Longest time a call waits for another one with the same key before it is refused. */
    private Duration maxWait = Duration.ofSeconds(2);

    /** Where keys are kept; "auto" takes the database if there is one, else memory. */
    private RedisStoreChoice store = RedisStoreChoice.AUTO;

    /** Memory for results that this instance knows, so that repetitions need not ask the store; 0 keeps none. */
    private DataSize cacheSize = DataSize.ofMegabytes(16);

    /** Number of keys that fit into memory; calls with further ones are refused. */
    private int maxEntries = 100_000;

    /** Beginning of the names of the keys in Redis. */
    private String redisKeyPrefix = "integration:idempotency:";

    /** Longest time to wait for an answer of Redis before a call is refused. */
    private Duration redisTimeout = Duration.ofSeconds(1);
    /** Largest result that is stored, as JSON; of a larger one only that there was one, so that repetitions of its call fail. */
    private DataSize maxResultSize = DataSize.ofKilobytes(256);

    /** Comma-separated list of exceptions that a remembered failure is thrown again as, beside those that a method declares. */
    private List<Class<? extends Exception>> replayedExceptions = new ArrayList<>();

    private final Http http = new Http();

    IdempotencySpec toSpec() {
        return new IdempotencySpec(this.ttl, this.lease, this.maxLease, this.maxWait);
    }

    ResultLimits toResultLimits(@Nullable ResultCipher cipher) {
        return new ResultLimits(this.maxResultSize, this.http.replayedHeaders, this.replayedExceptions, cipher);
    }

    public Duration getTtl() {
        return this.ttl;
    }

    public void setTtl(Duration ttl) {
        this.ttl = ttl;
    }

    public Duration getLease() {
        return this.lease;
    }

    public void setLease(Duration lease) {
        this.lease = lease;
    }

    public Duration getMaxLease() {
        return this.maxLease;
    }

    public void setMaxLease(Duration maxLease) {
        this.maxLease = maxLease;
    }

    public DataSize getCacheSize() {
        return this.cacheSize;
    }

    public void setCacheSize(DataSize cacheSize) {
        this.cacheSize = cacheSize;
    }

    public Duration getMaxWait() {
        return this.maxWait;
    }

    public void setMaxWait(Duration maxWait) {
        this.maxWait = maxWait;
    }

    public RedisStoreChoice getStore() {
        return this.store;
    }

    public void setStore(RedisStoreChoice store) {
        this.store = store;
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

    public DataSize getMaxResultSize() {
        return this.maxResultSize;
    }

    public void setMaxResultSize(DataSize maxResultSize) {
        this.maxResultSize = maxResultSize;
    }

    public List<Class<? extends Exception>> getReplayedExceptions() {
        return this.replayedExceptions;
    }

    public void setReplayedExceptions(List<Class<? extends Exception>> replayedExceptions) {
        this.replayedExceptions = replayedExceptions;
    }

    public Http getHttp() {
        return this.http;
    }

    /** Settings of idempotency over HTTP. */
    public static class Http {

        /** Comma-separated list of the headers of a response that are stored and repeated with it. */
        private List<String> replayedHeaders =
                new ArrayList<>(List.of("content-type", "content-language", "location", "etag", "link"));

        /** Page for clients that tells how keys are used, sent as a link with each problem. */
        private @Nullable URI documentation;

        /** Whether problems with the key of a request are answered as application/problem+json, rather than left to the application. */
        private boolean problemDetails = true;

        /** Whether HTTP clients send keys of their own with the POST and PATCH requests of an idempotent call. */
        private boolean childKeys = true;

        public List<String> getReplayedHeaders() {
            return this.replayedHeaders;
        }

        public void setReplayedHeaders(List<String> replayedHeaders) {
            this.replayedHeaders = replayedHeaders;
        }

        public @Nullable URI getDocumentation() {
            return this.documentation;
        }

        public void setDocumentation(@Nullable URI documentation) {
            this.documentation = documentation;
        }

        public boolean isProblemDetails() {
            return this.problemDetails;
        }

        public void setProblemDetails(boolean problemDetails) {
            this.problemDetails = problemDetails;
        }

        public boolean isChildKeys() {
            return this.childKeys;
        }

        public void setChildKeys(boolean childKeys) {
            this.childKeys = childKeys;
        }
    }
}
