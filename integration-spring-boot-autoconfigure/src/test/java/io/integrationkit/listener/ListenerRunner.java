package io.integrationkit.listener;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.testsupport.KafkaBroker;
import io.integrationkit.testsupport.PostgresDatabase;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;

/** Applications that listen to a topic of the real broker; the topic is also their group and their property {@code topic}. */
final class ListenerRunner {

    private ListenerRunner() {}

    /** Without a database. */
    static ApplicationContextRunner on(String topic) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        KafkaAutoConfiguration.class,
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class,
                        ListenerAutoConfiguration.class))
                .withPropertyValues(
                        "topic=" + topic,
                        "spring.kafka.bootstrap-servers=" + KafkaBroker.address(),
                        "spring.kafka.consumer.group-id=" + topic,
                        "spring.kafka.consumer.auto-offset-reset=earliest");
    }

    /** With the inbox and their effects in PostgreSQL, and dead letters in memory. */
    static ApplicationContextRunner withDatabaseOn(String topic) {
        return on(topic)
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        IntegrationJdbcAutoConfiguration.class,
                        DeduplicateAutoConfiguration.class))
                .withPropertyValues(
                        "integration.dead-letters.store=memory",
                        "integration.jdbc.initialize-schema=always",
                        "spring.datasource.url=" + PostgresDatabase.url(),
                        "spring.datasource.username=postgres");
    }

    @SuppressWarnings("unchecked")
    static KafkaTemplate<Object, Object> template(ApplicationContext context) {
        return context.getBean(KafkaTemplate.class);
    }

    static List<DeadLetter> deadLetters(ApplicationContext context) {
        return context.getBean(DeadLetters.class).list(DeadLetterFilter.all(), null, 10);
    }

    /** How far the application has got in the only partition of the topic. */
    static long offset(ApplicationContext context, String topic) throws Exception {
        try (Admin admin = Admin.create(context.getBean(KafkaAdmin.class).getConfigurationProperties())) {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(topic)
                    .partitionsToOffsetAndMetadata()
                    .get();
            OffsetAndMetadata offset = offsets.get(new TopicPartition(topic, 0));
            return (offset != null) ? offset.offset() : 0;
        }
    }
}
