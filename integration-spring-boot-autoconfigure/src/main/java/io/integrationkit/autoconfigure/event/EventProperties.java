package io.integrationkit.autoconfigure.event;

import io.integrationkit.event.EventPolicies;
import io.integrationkit.event.NewerVersionPolicy;
import io.integrationkit.event.UnknownTypePolicy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of event types and versions. */
@ConfigurationProperties(value = "integration.events", ignoreUnknownFields = false)
public class EventProperties {

    /** What becomes of events of a newer version than this application knows. */
    private NewerVersionPolicy newerVersions = NewerVersionPolicy.TOLERANT;

    /** What becomes of newer events by event type or by destination; the type is asked first. */
    private final Map<String, NewerVersionPolicy> newerVersionsOf = new LinkedHashMap<>();

    /** What becomes of events that the event processor has no handler for, and of messages that are no events. */
    private UnknownTypePolicy unknownTypes = UnknownTypePolicy.SKIP;

    /** What becomes of events without a handler by event type or by destination; the type is asked first. */
    private final Map<String, UnknownTypePolicy> unknownTypesOf = new LinkedHashMap<>();

    /** Version to publish by event type, for consumers that do not know the newest one. */
    private final Map<String, Integer> publishAs = new LinkedHashMap<>();

    /** Events of a batch that the event processor handles at the same time; those of a key keep their order. */
    private int concurrency = 8;

    /** Time in which events of a batch are begun; the rest is delivered again. Keep it below max.poll.interval.ms. */
    private Duration batchTime = Duration.ofMinutes(1);

    public NewerVersionPolicy getNewerVersions() {
        return this.newerVersions;
    }

    public void setNewerVersions(NewerVersionPolicy newerVersions) {
        this.newerVersions = newerVersions;
    }

    public Map<String, NewerVersionPolicy> getNewerVersionsOf() {
        return this.newerVersionsOf;
    }

    public UnknownTypePolicy getUnknownTypes() {
        return this.unknownTypes;
    }

    public void setUnknownTypes(UnknownTypePolicy unknownTypes) {
        this.unknownTypes = unknownTypes;
    }

    public Map<String, UnknownTypePolicy> getUnknownTypesOf() {
        return this.unknownTypesOf;
    }

    public Map<String, Integer> getPublishAs() {
        return this.publishAs;
    }

    public int getConcurrency() {
        return this.concurrency;
    }

    public void setConcurrency(int concurrency) {
        this.concurrency = concurrency;
    }

    public Duration getBatchTime() {
        return this.batchTime;
    }

    public void setBatchTime(Duration batchTime) {
        this.batchTime = batchTime;
    }

    EventPolicies<UnknownTypePolicy> unknown() {
        return new EventPolicies<>(this.unknownTypes, this.unknownTypesOf);
    }

    EventPolicies<NewerVersionPolicy> newer() {
        return new EventPolicies<>(this.newerVersions, this.newerVersionsOf);
    }
}
