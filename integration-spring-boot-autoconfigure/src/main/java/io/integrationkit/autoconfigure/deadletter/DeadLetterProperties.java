package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.autoconfigure.jdbc.StoreChoice;
import io.integrationkit.deadletter.DeadLetterSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of the dead letters. */
@ConfigurationProperties(value = "integration.dead-letters", ignoreUnknownFields = false)
public class DeadLetterProperties {

    /** Where entries are kept; "auto" takes the database if there is one. */
    private StoreChoice store = StoreChoice.AUTO;

    /** Number of entries that fit into memory; further ones are refused. */
    private int maxEntries = 10_000;

    /** Time after which a replay that has not ended counts as dead and may be done again. Longer than the longest call. */
    private Duration replayLease = Duration.ofMinutes(5);

    DeadLetterSettings toSettings() {
        return new DeadLetterSettings(this.replayLease, this.maxEntries);
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

    public Duration getReplayLease() {
        return this.replayLease;
    }

    public void setReplayLease(Duration replayLease) {
        this.replayLease = replayLease;
    }
}
