package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.autoconfigure.jdbc.StoreChoice;
import io.integrationkit.deadletter.DeadLetterLimits;
import io.integrationkit.deadletter.DeadLetterSettings;
import io.integrationkit.deadletter.MaskingSettings;
import io.integrationkit.failure.Redaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.util.unit.DataSize;

/** Settings of the dead letters. */
@ConfigurationProperties(value = "integration.dead-letters", ignoreUnknownFields = false)
public class DeadLetterProperties {

    /** Where entries are kept; "auto" takes the database if there is one. */
    private StoreChoice store = StoreChoice.AUTO;

    /** Number of entries that fit into memory; further ones are refused. */
    private int maxEntries = 10_000;

    /** Time after which a replay that has not ended counts as dead and may be done again. Longer than the longest call. */
    private Duration replayLease = Duration.ofMinutes(5);

    /** Time for which a resolved or discarded entry is kept, with its history, before it is deleted. */
    private Duration retention = Duration.ofDays(30);

    /** Time after its last failure when an open or parked entry is discarded; not set, it waits for ever. */
    private @Nullable Duration openRetention;

    /** Size of a call's arguments, or of a message with its headers, above which an entry is refused; at most 1GB. */
    private DataSize maxEntrySize = DataSize.ofMegabytes(16);

    /** Whether the content of an entry may be shown unmasked; each time is noted in its history. */
    private boolean reveal;

    private final Masking masking = new Masking();

    MaskingSettings toMaskingSettings() {
        return new MaskingSettings(
                both(this.masking.fields, this.masking.additionalFields),
                both(this.masking.headers, this.masking.additionalHeaders),
                this.reveal);
    }

    private static List<String> both(List<String> names, List<String> additional) {
        return Stream.concat(names.stream(), additional.stream()).toList();
    }

    @NestedConfigurationProperty
    private final ReplayJobProperties replayJobs = new ReplayJobProperties();

    @NestedConfigurationProperty
    private final AutomaticReplayProperties automaticReplay = new AutomaticReplayProperties();

    DeadLetterSettings toSettings() {
        return new DeadLetterSettings(
                this.replayLease,
                this.maxEntries,
                new DeadLetterLimits(this.retention, this.openRetention, this.maxEntrySize));
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

    public ReplayJobProperties getReplayJobs() {
        return this.replayJobs;
    }

    public AutomaticReplayProperties getAutomaticReplay() {
        return this.automaticReplay;
    }

    public Duration getReplayLease() {
        return this.replayLease;
    }

    public void setReplayLease(Duration replayLease) {
        this.replayLease = replayLease;
    }

    public Duration getRetention() {
        return this.retention;
    }

    public void setRetention(Duration retention) {
        this.retention = retention;
    }

    public @Nullable Duration getOpenRetention() {
        return this.openRetention;
    }

    public void setOpenRetention(@Nullable Duration openRetention) {
        this.openRetention = openRetention;
    }

    public DataSize getMaxEntrySize() {
        return this.maxEntrySize;
    }

    public void setMaxEntrySize(DataSize maxEntrySize) {
        this.maxEntrySize = maxEntrySize;
    }

    public boolean isReveal() {
        return this.reveal;
    }

    public void setReveal(boolean reveal) {
        this.reveal = reveal;
    }

    public Masking getMasking() {
        return this.masking;
    }

    /** What is shown of the content of entries. */
    public static class Masking {

        /** Names of JSON fields and parameters whose values are not shown; "*" stands for any text, and case means nothing. */
        private List<String> fields = new ArrayList<>(Redaction.FIELDS);

        /** Names of headers whose values are shown; "*" stands for any text, and case means nothing. */
        private List<String> headers = new ArrayList<>(MaskingSettings.HEADERS);

        /** Names of further fields and parameters whose values are not shown. */
        private List<String> additionalFields = new ArrayList<>();

        /** Names of further headers whose values are shown. */
        private List<String> additionalHeaders = new ArrayList<>();

        public List<String> getFields() {
            return this.fields;
        }

        public void setFields(List<String> fields) {
            this.fields = fields;
        }

        public List<String> getHeaders() {
            return this.headers;
        }

        public void setHeaders(List<String> headers) {
            this.headers = headers;
        }

        public List<String> getAdditionalFields() {
            return this.additionalFields;
        }

        public void setAdditionalFields(List<String> additionalFields) {
            this.additionalFields = additionalFields;
        }

        public List<String> getAdditionalHeaders() {
            return this.additionalHeaders;
        }

        public void setAdditionalHeaders(List<String> additionalHeaders) {
            this.additionalHeaders = additionalHeaders;
        }
    }
}
