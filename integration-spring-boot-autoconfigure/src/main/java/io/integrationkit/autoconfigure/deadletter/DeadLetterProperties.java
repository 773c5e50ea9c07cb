package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.deadletter.DeadLetterSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of the dead letters. */
@ConfigurationProperties(value = "integration.dead-letters", ignoreUnknownFields = false)
public class DeadLetterProperties {

    /** Where entries are kept; "auto" takes the database if there is one. */
    private Store store = Store.AUTO;

    /** Number of entries that fit into memory; further ones are refused. */
    private int maxEntries = 10_000;

    /** Time after which a replay that has not ended counts as dead and may be done again. Longer than the longest call. */
    private Duration replayLease = Duration.ofMinutes(5);

    DeadLetterSettings toSettings() {
        return new DeadLetterSettings(this.replayLease, this.maxEntries);
    }

    public Store getStore() {
        return this.store;
    }

    public void setStore(Store store) {
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

    /** Where entries are kept. */
    public enum Store {
        /** The database if there is one, else memory. */
        AUTO,
        /** The database; without one the application does not start. */
        JDBC,
        /** Memory. */
        MEMORY
    }
}
