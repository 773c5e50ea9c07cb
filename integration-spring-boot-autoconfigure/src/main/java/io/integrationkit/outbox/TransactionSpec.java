package io.integrationkit.outbox;

import java.util.regex.Pattern;

/**
 * Settings of the mode {@link SendMode#TRANSACTIONAL}.
 *
 * @param progressTopic topic in which the transactions note what they held, with a partition for each shard
 * @param createTopic whether the topic is created if it is not there
 */
public record TransactionSpec(String progressTopic, boolean createTopic) {

    private static final Pattern NO_TOPIC_NAME = Pattern.compile("[^a-zA-Z0-9._-]");

    private static final int LONGEST_NAME = 200;

    public TransactionSpec {
        OutboxSpec.check(
                !NO_TOPIC_NAME.matcher(progressTopic).find()
                        && !progressTopic.isEmpty()
                        && progressTopic.length() < LONGEST_NAME + 50,
                "transactional.progress-topic",
                progressTopic,
                "the name of a topic");
    }

    /**
     * Returns what is used unless something else is set.
     *
     * @param source which application publishes
     * @return a topic named after the source, to be created
     */
    public static TransactionSpec of(String source) {
        String name = NO_TOPIC_NAME.matcher(source).replaceAll("_");
        return new TransactionSpec(name.substring(0, Math.min(LONGEST_NAME, name.length())) + "-outbox-progress", true);
    }
}
