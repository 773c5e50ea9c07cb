package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.call.Finding;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.testsupport.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

class TopicRetentionTests {

    private final String topic = KafkaBroker.newTopic(1);

    private final ApplicationContextRunner runner =
            ListenerRunner.withDatabaseOn(this.topic).withBean(Listener.class);

    @Test
    void aTopicThatKeepsRecordsLongerThanTheInboxRemembersThemIsFound() throws Exception {
        keepFor(Duration.ofDays(3));
        this.runner.withPropertyValues("integration.deduplicate.retention=2d").run((context) -> {
            TopicRetention retention = ready(context.getSourceApplicationContext());
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !retention.findings().isEmpty());
            assertThat(retention.findings()).singleElement().satisfies((finding) -> {
                assertThat(finding.code()).isEqualTo(ProblemCode.INBOX_FORGETS_FIRST);
                assertThat(finding.subject()).isEqualTo(this.topic);
                assertThat(finding.message()).contains("PT72H", "PT48H", "integration.deduplicate.retention");
            });
        });
    }

    @Test
    void aTopicThatKeepsThemForEverIsFound() throws Exception {
        keepFor(Duration.ofMillis(-1));
        this.runner.run((context) -> assertThat(asked(context.getSourceApplicationContext()))
                .extracting(Finding::message)
                .singleElement()
                .asString()
                .contains("for ever"));
    }

    @Test
    void aTopicThatForgetsFirstIsFine() throws Exception {
        keepFor(Duration.ofDays(2));
        this.runner
                .withPropertyValues("integration.deduplicate.retention=2d")
                .run((context) ->
                        assertThat(asked(context.getSourceApplicationContext())).isEmpty());
    }

    @Test
    void brokersThatDoNotTellAndTopicsThatAreNotThereAreNoFindings() {
        ApplicationContextRunner idle = this.runner.withPropertyValues("spring.kafka.listener.auto-startup=false");
        idle.withPropertyValues("topic=nobody-has-made-this-one")
                .run((context) ->
                        assertThat(asked(context.getSourceApplicationContext())).isEmpty());
        idle.withPropertyValues("spring.kafka.bootstrap-servers=nowhere.invalid:9092")
                .run((context) ->
                        assertThat(asked(context.getSourceApplicationContext())).isEmpty());
    }

    @Test
    void whereNothingIsRememberedForATimeNobodyIsAsked() {
        List<Runnable> questions = new ArrayList<>();
        this.runner.run((context) -> {
            ConfigurableApplicationContext source = context.getSourceApplicationContext();
            retention(source, false, questions)
                    .onApplicationEvent(
                            new ApplicationReadyEvent(new SpringApplication(), new String[0], source, Duration.ZERO));
            assertThat(questions).isEmpty();
        });
        ListenerRunner.on(this.topic).run((context) -> assertThat(context).doesNotHaveBean(TopicRetention.class));
    }

    private static TopicRetention retention(
            ConfigurableApplicationContext context, boolean wanted, List<Runnable> questions) {
        return new TopicRetention(
                context.getBean(KafkaListenerEndpointRegistry.class),
                Map.of(
                        "bootstrap.servers",
                        String.valueOf(context.getEnvironment().getProperty("spring.kafka.bootstrap-servers"))),
                context.getEnvironment()
                                .getProperty("integration.deduplicate.retention", "")
                                .isEmpty()
                        ? Duration.ofDays(7)
                        : Duration.ofDays(2),
                () -> wanted,
                questions::add);
    }

    private static TopicRetention ready(ConfigurableApplicationContext context) {
        context.publishEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0], context, Duration.ZERO));
        return context.getBean(TopicRetention.class);
    }

    /** On this thread. */
    private static List<Finding> asked(ConfigurableApplicationContext context) {
        List<Runnable> questions = new ArrayList<>();
        TopicRetention retention = retention(context, true, questions);
        retention.onApplicationEvent(
                new ApplicationReadyEvent(new SpringApplication(), new String[0], context, Duration.ZERO));
        assertThat(questions).hasSize(1);
        questions.get(0).run();
        return retention.findings();
    }

    private void keepFor(Duration retention) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", KafkaBroker.address()))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, this.topic),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("retention.ms", Long.toString(retention.toMillis())),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    static class Listener {

        @KafkaListener(id = "orders", idIsGroup = false, topics = "${topic}")
        @Deduplicate
        public void on(ConsumerRecord<String, String> received) {}
    }
}
