package io.integrationkit.autoconfigure.idempotency;

import io.integrationkit.autoconfigure.jdbc.StoreChoice;
import io.integrationkit.idempotency.IdempotencySpec;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of idempotent calls. */
@ConfigurationProperties(value = "integration.idempotency", ignoreUnknownFields = false)
public class IdempotencyProperties {

    /** Time for which the result of a call is remembered with its key. */
    private Duration ttl = Duration.ofHours(24);

    /** Time after which a call that has not ended counts as dead and its key is given to the next one. Longer than the longest call, with all its attempts. */
    private Duration lease = Duration.ofSeconds(30);

    /** Longest time a call waits for another one with the same key before it is refused. */
    private Duration maxWait = Duration.ofSeconds(2);

    /** Where keys are kept; "auto" takes the database if there is one. */
    private StoreChoice store = StoreChoice.AUTO;

    /** Number of keys that fit into memory; calls with further ones are refused. */
    private int maxEntries = 100_000;

    IdempotencySpec toSpec() {
        return new IdempotencySpec(this.ttl, this.lease, this.maxWait);
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

    public Duration getMaxWait() {
        return this.maxWait;
    }

    public void setMaxWait(Duration maxWait) {
        this.maxWait = maxWait;
    }

    public StoreChoice getStore() {
        return this.store;
    }

    public void setStore(StoreChoice store) {
        this.store = store;
    }

    public int getMaxEntries() {
        return this.maxEntries;
    }

    public void setMaxEntries(int maxEntries) {
        this.maxEntries = maxEntries;
    }
}
