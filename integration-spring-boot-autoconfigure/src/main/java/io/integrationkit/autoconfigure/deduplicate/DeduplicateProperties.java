package io.integrationkit.autoconfigure.deduplicate;

import io.integrationkit.autoconfigure.jdbc.StoreChoice;
import io.integrationkit.deduplicate.DeduplicationSpec;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of the inbox. */
@ConfigurationProperties(value = "integration.deduplicate", ignoreUnknownFields = false)
public class DeduplicateProperties {

    /** Where handled messages are remembered; "auto" takes the database if there is one. */
    private StoreChoice store = StoreChoice.AUTO;

    /** Time for which the database remembers a message. Longer than any delay after which a copy may arrive, replays of dead letters included. */
    private Duration retention = Duration.ofDays(7);

    /** Number of messages that memory remembers; the one that was not seen for the longest time is forgotten first. */
    private int maxEntries = 100_000;

    DeduplicationSpec toSpec() {
        return new DeduplicationSpec(this.retention, this.maxEntries);
    }

    public StoreChoice getStore() {
        return this.store;
    }

    public void setStore(StoreChoice store) {
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
}
