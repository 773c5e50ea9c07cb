package io.integrationkit.listener;

import io.integrationkit.call.Finding;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.MessageListenerContainer;

/**
 * Finds topics that keep records longer than the inbox remembers messages: what is read again after that is handled
 * again. Asks the brokers once, when the application is ready, on a thread of its own; brokers that do not tell are not
 * asked again. Topics of listeners without an annotation of ours, and those found by a pattern, are not looked at.
 */
public final class TopicRetention implements FindingContributor, ApplicationListener<ApplicationReadyEvent> {

    private static final Logger LOGGER = LoggerFactory.getLogger(TopicRetention.class);

    private static final int PATIENCE_MILLIS = 10_000;

    private final KafkaListenerEndpointRegistry registry;

    private final Map<String, Object> connection;

    private final Duration remembered;

    private final BooleanSupplier wanted;

    private final Executor background;

    private volatile List<Finding> found = List.of();

    /**
     * Creates the contributor; nothing is asked yet.
     *
     * @param registry the listener containers
     * @param connection settings of admin clients of the application
     * @param remembered time for which the inbox remembers a message
     * @param wanted whether anybody remembers messages for that time; asked when the application is ready
     * @param background runs the question; must not run it on the thread that hands it in
     */
    public TopicRetention(
            KafkaListenerEndpointRegistry registry,
            Map<String, Object> connection,
            Duration remembered,
            BooleanSupplier wanted,
            Executor background) {
        this.registry = registry;
        this.connection = new HashMap<>(connection);
        this.connection.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        this.connection.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        this.remembered = remembered;
        this.wanted = wanted;
        this.background = background;
    }

    @Override
    public List<Finding> findings() {
        return this.found;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        if (this.wanted.getAsBoolean()) {
            this.background.execute(this::ask);
        }
    }

    private void ask() {
        Set<String> topics = topics();
        if (topics.isEmpty()) {
            return;
        }
        try (Admin admin = Admin.create(this.connection)) {
            List<Finding> findings = new ArrayList<>();
            for (Map.Entry<ConfigResource, Config> topic :
                    describe(admin, topics).entrySet()) {
                Duration kept = kept(topic.getValue());
                if (kept == null || kept.compareTo(this.remembered) > 0) {
                    findings.add(finding(topic.getKey().name(), kept));
                }
            }
            this.found = List.copyOf(findings);
            findings.forEach(
                    (finding) -> LOGGER.warn("{}: {}: {}", finding.code(), finding.subject(), finding.message()));
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | RuntimeException ex) {
            LOGGER.debug("The retention of topics is not known", ex);
        }
    }

    private Set<String> topics() {
        Set<String> topics = new TreeSet<>();
        for (MessageListenerContainer container : this.registry.getListenerContainers()) {
            if (container instanceof AbstractMessageListenerContainer<?, ?> ours
                    && ours.getCommonErrorHandler() instanceof BatchErrorHandler
                    && container.getContainerProperties().getTopics() != null) {
                topics.addAll(Arrays.asList(container.getContainerProperties().getTopics()));
            }
        }
        return topics;
    }

    private static Map<ConfigResource, Config> describe(Admin admin, Collection<String> topics)
            throws ExecutionException, InterruptedException {
        return admin.describeConfigs(topics.stream()
                        .map((topic) -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                        .toList())
                .all()
                .get();
    }

    /** Returns {@code null} for ever. */
    private static @Nullable Duration kept(Config topic) {
        ConfigEntry policy = topic.get(TopicConfig.CLEANUP_POLICY_CONFIG);
        ConfigEntry retention = topic.get(TopicConfig.RETENTION_MS_CONFIG);
        boolean deletes = policy == null || policy.value().contains(TopicConfig.CLEANUP_POLICY_DELETE);
        long millis = (retention != null) ? Long.parseLong(retention.value()) : -1;
        return (deletes && millis >= 0) ? Duration.ofMillis(millis) : null;
    }

    private Finding finding(String topic, @Nullable Duration kept) {
        return new Finding(
                ProblemCode.INBOX_FORGETS_FIRST,
                topic,
                ("The topic keeps records %s, and the inbox remembers messages for %s: a record that is read again after that"
                                + " is handled again; raise integration.deduplicate.retention, or lower retention.ms of the"
                                + " topic")
                        .formatted((kept != null) ? "for " + kept : "for ever", this.remembered));
    }
}
