package io.integrationkit.autoconfigure.listener;

import io.integrationkit.listener.DeadLetterTarget;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of Kafka listeners that carry an annotation of ours. */
@ConfigurationProperties(value = "integration.listeners", ignoreUnknownFields = false)
public class ListenerProperties {

    /** Where records go that are given up. */
    private DeadLetterTarget deadLetters = DeadLetterTarget.STORE;

    /** What the name of a topic gets to become that of its dead-letter topic. */
    private String deadLetterTopicSuffix = "-dlt";

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
}
