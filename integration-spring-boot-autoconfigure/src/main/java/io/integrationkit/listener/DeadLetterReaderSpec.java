package io.integrationkit.listener;

import io.integrationkit.failure.ProblemCode;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.MessageListenerContainer;

/** Which dead-letter topics are read, as which consumer group, and to which topics their records may go again. */
public final class DeadLetterReaderSpec {

    private static final String TOPICS = "integration.listeners.dead-letter-topics";

    private static final String GROUP = "integration.listeners.dead-letter-group-id";

    private static final String REPLAY = "integration.listeners.dead-letter-replay-topics";

    private final TopicNames topics;

    private final String group;

    private final String suffix;

    private final TopicNames replay;

    private final Supplier<Stream<MessageListenerContainer>> containers;

    /**
     * Checks the settings.
     *
     * @param topics names of topics, in which an asterisk stands for any characters
     * @param group consumer group, or {@code null} to make one of the application's name
     * @param application name of the application, or {@code null} if it has none
     * @param suffix what the application's own dead-letter topics have at the end of their names
     * @param replay names of topics to which records may go again, beside those that are known otherwise
     * @param containers listeners of the application, to whose topics records may go again; asked by the thread that reads
     * @throws io.integrationkit.call.InvalidOperationException if there is no topic or no group, or if a name is none
     */
    public DeadLetterReaderSpec(
            List<String> topics,
            @Nullable String group,
            @Nullable String application,
            String suffix,
            List<String> replay,
            Supplier<Stream<MessageListenerContainer>> containers) {
        this.topics = TopicNames.of(TOPICS, topics);
        this.group = group(group, application);
        this.suffix = suffix;
        this.replay = TopicNames.of(REPLAY, replay);
        this.containers = containers;
        if (this.topics.isEmpty()) {
            throw invalid(TOPICS + " names no topic", "Name a dead-letter topic in " + TOPICS + ".");
        }
    }

    private static String group(@Nullable String group, @Nullable String application) {
        if (group != null) {
            if (group.isBlank()) {
                throw invalid(GROUP + " is empty", "Name a consumer group in " + GROUP + ".");
            }
            return group;
        }
        if (application == null || application.isBlank()) {
            throw invalid(
                    TOPICS + " is set, and there is no consumer group to read with",
                    "Set " + GROUP + ", or spring.application.name, which it is made of.");
        }
        return application + "-dead-letters";
    }

    private static ListenerConfigurationException invalid(String message, String action) {
        return new ListenerConfigurationException(ProblemCode.INVALID_SETTING, message, action);
    }

    TopicNames topics() {
        return this.topics;
    }

    String group() {
        return this.group;
    }

    String suffix() {
        return this.suffix;
    }

    TopicNames replay() {
        return this.replay;
    }

    Supplier<Stream<MessageListenerContainer>> containers() {
        return this.containers;
    }
}
