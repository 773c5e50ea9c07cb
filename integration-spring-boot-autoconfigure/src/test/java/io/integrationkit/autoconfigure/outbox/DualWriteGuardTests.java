package io.integrationkit.autoconfigure.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.Finding;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.outbox.DualWriteGuard;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import io.integrationkit.outbox.OutboxStatistics;
import io.integrationkit.testsupport.KafkaBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@ExtendWith(OutputCaptureExtension.class)
class DualWriteGuardTests {

    private final String topic = KafkaBroker.newTopic(1);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    EventAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    OutboxAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    KafkaAutoConfiguration.class))
            .withPropertyValues("spring.kafka.bootstrap-servers=" + KafkaBroker.address());

    @Test
    void eachPlaceThatSendsInATransactionIsReportedOnce(CapturedOutput output) {
        this.runner.run((context) -> {
            for (int i = 0; i < 3; i++) {
                transaction(context).executeWithoutResult((status) -> onePlace(context));
            }
            transaction(context).executeWithoutResult((status) -> anotherPlace(context));
            assertThat(findings(context)).hasSize(2).allSatisfy((finding) -> {
                assertThat(finding.code()).isEqualTo(ProblemCode.DUAL_WRITE);
                assertThat(finding.message()).contains("'" + this.topic + "'", "Publish through the Outbox");
            });
            assertThat(findings(context))
                    .extracting(Finding::subject)
                    .anyMatch((place) -> place.startsWith(getClass().getName() + ".onePlace:"))
                    .anyMatch((place) -> place.startsWith(getClass().getName() + ".anotherPlace:"));
            assertThat(output).containsOnlyOnce("INT-331: " + getClass().getName() + ".onePlace:");
        });
    }

    @Test
    void withoutATransactionAndInOneThatOnlyReadsNothingIsReported() {
        this.runner.run((context) -> {
            onePlace(context);
            TransactionTemplate reading = transaction(context);
            reading.setReadOnly(true);
            reading.executeWithoutResult((status) -> onePlace(context));
            TransactionTemplate without = transaction(context);
            without.setPropagationBehavior(TransactionTemplate.PROPAGATION_SUPPORTS);
            without.executeWithoutResult((status) -> onePlace(context));
            assertThat(findings(context)).isEmpty();
        });
    }

    @Test
    void producerWithATransactionOfItsOwnIsNotReported() {
        this.runner
                .withPropertyValues("spring.kafka.producer.transaction-id-prefix=tx-")
                .run((context) -> {
                    TransactionTemplate transaction = new TransactionTemplate(
                            context.getBean("transactionManager", PlatformTransactionManager.class));
                    transaction.executeWithoutResult((status) -> onePlace(context));
                    assertThat(findings(context)).isEmpty();
                });
    }

    @Test
    void relayIsNotReportedAndItsProducerIsNotWatched() {
        this.runner.run((context) -> {
            transaction(context)
                    .executeWithoutResult(
                            (status) -> context.getBean(Outbox.class).publish(OutboxMessage.of("x", this.topic, "x")));
            OutboxStatistics statistics = context.getBean(OutboxStatistics.class);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> statistics.sent() == 1);
            assertThat(findings(context)).isEmpty();
        });
    }

    @Test
    void beansAndTheirInterceptorsStayWhatTheyAre() {
        int before = Counting.SENT.get();
        this.runner
                .withPropertyValues("spring.kafka.producer.properties[interceptor.classes]=" + Counting.class.getName())
                .run((context) -> {
                    assertThat(context.getBean(KafkaTemplate.class).getClass()).isEqualTo(KafkaTemplate.class);
                    assertThat(context.getBean(ProducerFactory.class).getClass())
                            .isEqualTo(DefaultKafkaProducerFactory.class);
                    transaction(context).executeWithoutResult((status) -> onePlace(context));
                    assertThat(Counting.SENT.get()).isEqualTo(before + 1);
                    assertThat(findings(context)).hasSize(1);
                });
    }

    @Test
    void itCanBeSwitchedOffAndNeedsADatabaseAndKafka() {
        this.runner
                .withPropertyValues("integration.outbox.dual-write-guard=false")
                .run((context) -> {
                    transaction(context).executeWithoutResult((status) -> onePlace(context));
                    assertThat(context).doesNotHaveBean(DualWriteGuard.class);
                });
        this.runner
                .withPropertyValues("integration.jdbc.enabled=false")
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DualWriteGuard.class));
        this.runner
                .withClassLoader(new FilteredClassLoader("org.springframework.kafka"))
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DualWriteGuard.class));
    }

    @Test
    void factoryThatShowsNoSettingsIsLeftAlone() {
        this.runner
                .withBean(
                        "first",
                        DefaultKafkaProducerFactory.class,
                        () -> new DefaultKafkaProducerFactory<Object, Object>(
                                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, KafkaBroker.address())),
                        (definition) -> definition.setPrimary(true))
                .withBean("second", NoSettings.class)
                .run((context) -> assertThat(context).hasNotFailed().hasBean("second"));
    }

    private void onePlace(ApplicationContext context) {
        template(context).send(this.topic, "k", "v").join();
    }

    private void anotherPlace(ApplicationContext context) {
        template(context).send(this.topic, "k", "v").join();
    }

    @SuppressWarnings("unchecked")
    private static KafkaTemplate<Object, Object> template(ApplicationContext context) {
        return context.getBean(KafkaTemplate.class);
    }

    private static TransactionTemplate transaction(ApplicationContext context) {
        return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
    }

    private static List<Finding> findings(ApplicationContext context) {
        return context.getBean(DualWriteGuard.class).findings();
    }

    /** An interceptor of the application. */
    public static final class Counting implements ProducerInterceptor<Object, Object> {

        static final AtomicInteger SENT = new AtomicInteger();

        @Override
        public ProducerRecord<Object, Object> onSend(ProducerRecord<Object, Object> sent) {
            SENT.incrementAndGet();
            return sent;
        }

        @Override
        public void onAcknowledgement(@Nullable RecordMetadata metadata, @Nullable Exception exception) {}

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {
            assertThat(configs.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG)).isNotNull();
        }
    }

    static final class NoSettings implements ProducerFactory<Object, Object> {

        @Override
        public Map<String, Object> getConfigurationProperties() {
            throw new UnsupportedOperationException();
        }

        @Override
        public org.apache.kafka.clients.producer.Producer<Object, Object> createProducer() {
            throw new UnsupportedOperationException();
        }
    }
}
