package io.integrationkit.autoconfigure.listener;

import io.integrationkit.listener.DeadLetterTarget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of Kafka listeners that carry an annotation of ours. */
@ConfigurationProperties(value = "integration.listeners", ignoreUnknownFields = false)
public class ListenerProperties {

    /** Where records go that are given up. */
    private DeadLetterTarget deadLetters = DeadLetterTarget.STORE;

    /** What the name of a topic gets to become that of its dead-letter topic. */
    private String deadLetterTopicSuffix = "-dlt";

    /** Comma-separated list of dead-letter topics to read; an asterisk stands for any characters. */
    private List<String> deadLetterTopics = new ArrayList<>();

    /** Consumer group that reads dead-letter topics; made of the application's name if not set. */
    private @Nullable String deadLetterGroupId;

    /** Comma-separated list of topics to which records may go again because a header names them. */
    private List<String> deadLetterReplayTopics = new ArrayList<>();

    public DeadLetterTarget getDeadLetters() {
        return this.deadLetters;
    }

    public void setDeadLetters(DeadLetterTarget deadLetters) {
        this.deadLetters = deadLetters;
    }

    public String getDeadLetterTopicSuffix() {
        return this.deadLetterTopicSuffix;
    }

    public void setDeadLetterTopicSuffix(String deadLetterTopicSuffix) {
        this.deadLetterTopicSuffix = deadLetterTopicSuffix;
    }

    public List<String> getDeadLetterTopics() {
        return this.deadLetterTopics;
    }

    public void setDeadLetterTopics(List<String> deadLetterTopics) {
        this.deadLetterTopics = deadLetterTopics;
    }

    public @Nullable String getDeadLetterGroupId() {
        return this.deadLetterGroupId;
    }

    public void setDeadLetterGroupId(@Nullable String deadLetterGroupId) {
        this.deadLetterGroupId = deadLetterGroupId;
    }

    public List<String> getDeadLetterReplayTopics() {
        return this.deadLetterReplayTopics;
    }

    public void setDeadLetterReplayTopics(List<String> deadLetterReplayTopics) {
        this.deadLetterReplayTopics = deadLetterReplayTopics;
    }
}
