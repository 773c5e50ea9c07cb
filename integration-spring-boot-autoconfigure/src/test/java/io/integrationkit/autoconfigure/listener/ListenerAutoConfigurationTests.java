package io.integrationkit.autoconfigure.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.outbox.OutboxAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.listener.DeadLetterReader;
import io.integrationkit.listener.DeadLetterReaderSpec;
import io.integrationkit.listener.DeadLetterTopics;
import io.integrationkit.listener.KafkaMessageReplayer;
import io.integrationkit.listener.ListenerErrorHandling;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;

class ListenerAutoConfigurationTests {

    private static final String TOPICS = "integration.listeners.dead-letters=topic";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    KafkaAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ListenerAutoConfiguration.class));

    private static final String NOWHERE = "spring.kafka.bootstrap-servers=nowhere.invalid:9092";

    private final ApplicationContextRunner reading =
            this.runner.withPropertyValues(NOWHERE, "integration.listeners.dead-letter-topics=a-dlt,b-*");

    /** Boot makes no template of several factories. */
    private final ApplicationContextRunner withTemplate =
            this.runner.withBean(KafkaTemplate.class, () -> new KafkaTemplate<>(producers()));

    @Test
    void recordsAreStoredUnlessSaidOtherwise() {
        this.runner.run((context) -> {
            assertThat(context).hasSingleBean(ListenerErrorHandling.class);
            assertThat(sends(context)).isFalse();
        });
    }

    @Test
    void recordsAreSentToTopicsWhereThatIsSet() {
        this.runner
                .withPropertyValues(TOPICS)
                .run((context) -> assertThat(sends(context)).isTrue());
        this.runner
                .withPropertyValues("integration.listeners.dead-letters=both")
                .run((context) -> assertThat(sends(context)).isTrue());
    }

    @Test
    void withoutOneProducerFactoryToTakeStartUpEndsWhereRecordsAreToBeSent() {
        ApplicationContextRunner two = this.withTemplate
                .withBean("one", ProducerFactory.class, ListenerAutoConfigurationTests::producers)
                .withBean("two", ProducerFactory.class, ListenerAutoConfigurationTests::producers);
        two.run((context) -> assertThat(context).hasNotFailed());
        two.withPropertyValues(TOPICS).run((context) -> {
            InvalidOperationException failure = failure(context);
            assertThat(failure.code()).isEqualTo(ProblemCode.DEAD_LETTER_TOPIC_PRODUCER);
            assertThat(failure.action()).contains("integration.listeners.dead-letters=store");
        });
        this.withTemplate
                .withBean("one", ProducerFactory.class, ListenerAutoConfigurationTests::producers)
                .withBean(
                        "two",
                        ProducerFactory.class,
                        ListenerAutoConfigurationTests::producers,
                        (definition) -> definition.setPrimary(true))
                .withPropertyValues(TOPICS)
                .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void theApplicationsOwnSenderWins() {
        DeadLetterTopics own = new DeadLetterTopics(producers(), mock(PayloadCodec.class), ".dead");
        this.withTemplate
                .withBean("one", ProducerFactory.class, ListenerAutoConfigurationTests::producers)
                .withBean("two", ProducerFactory.class, ListenerAutoConfigurationTests::producers)
                .withBean(DeadLetterTopics.class, () -> own)
                .withPropertyValues(TOPICS)
                .run((context) ->
                        assertThat(context).getBean(DeadLetterTopics.class).isSameAs(own));
    }

    @Test
    void aSuffixThatCannotEndANameEndsStartUp() {
        for (String suffix : new String[] {"", "d lt", "/dlt", "-".repeat(101)}) {
            this.runner
                    .withPropertyValues(TOPICS, "integration.listeners.dead-letter-topic-suffix=" + suffix)
                    .run((context) -> assertThat(failure(context))
                            .hasMessageContaining("integration.listeners.dead-letter-topic-suffix=%s cannot", suffix)
                            .satisfies((ex) -> assertThat(ex.action()).startsWith("Set it to "))
                            .extracting(InvalidOperationException::code)
                            .isEqualTo(ProblemCode.INVALID_SETTING));
        }
    }

    @Test
    void aKeyThatIsNotKnownEndsStartUp() {
        this.runner
                .withPropertyValues("integration.listeners.dead-letter=topic")
                .run((context) -> assertThat(context).hasFailed());
    }

    @Test
    void withoutSpringKafkaThereIsNothing() {
        this.runner
                .withPropertyValues(TOPICS, "integration.listeners.dead-letter-topics=a-dlt")
                .withClassLoader(new FilteredClassLoader(EnableKafka.class, ProducerFactory.class))
                .run((context) -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ListenerErrorHandling.class)
                        .doesNotHaveBean(DeadLetterTopics.class)
                        .doesNotHaveBean(DeadLetterReader.class)
                        .doesNotHaveBean(MessageReplayer.class));
    }

    @Test
    void noDeadLetterTopicIsReadUnlessNamed() {
        this.runner.run((context) -> assertThat(context).doesNotHaveBean(DeadLetterReader.class));
        this.runner
                .withPropertyValues("integration.listeners.dead-letter-topics=")
                .run((context) -> assertThat(context).doesNotHaveBean(DeadLetterReader.class));
    }

    @Test
    void deadLetterTopicsAreReadAsAGroupThatIsNamedOrMadeOfTheApplicationsName() {
        this.reading.withPropertyValues("spring.application.name=shop").run((context) -> {
            assertThat(context).hasSingleBean(DeadLetterReader.class);
            assertThat(context).getBeans(FindingContributor.class).hasSizeGreaterThan(1);
        });
        this.reading
                .withPropertyValues("integration.listeners.dead-letter-group-id=own")
                .run((context) -> assertThat(context).hasSingleBean(DeadLetterReader.class));
        this.runner
                .withPropertyValues(
                        NOWHERE, "integration.listeners.dead-letter-topics[0]=a-dlt", "spring.application.name=shop")
                .run((context) -> assertThat(context).hasSingleBean(DeadLetterReader.class));
    }

    @Test
    void aReaderWithoutGroupOrWithNamesThatAreNoneEndsStartUp() {
        this.reading.run((context) -> assertThat(failure(context))
                .hasMessageContaining("integration.listeners.dead-letter-topics")
                .extracting(InvalidOperationException::action)
                .asString()
                .contains("spring.application.name", "integration.listeners.dead-letter-group-id"));
        this.reading
                .withPropertyValues("integration.listeners.dead-letter-group-id=")
                .run((context) -> assertThat(failure(context))
                        .hasMessageContaining("integration.listeners.dead-letter-group-id"));
        for (String wrong : new String[] {"a dlt", "*", "**", "orders/dlt", "(a+)+", "..", "a".repeat(250)}) {
            for (String property : new String[] {"dead-letter-topics", "dead-letter-replay-topics"}) {
                this.reading
                        .withPropertyValues(
                                "spring.application.name=shop", "integration.listeners." + property + "=" + wrong)
                        .run((context) -> assertThat(failure(context))
                                .as("%s=%s", property, wrong)
                                .hasMessageContaining("integration.listeners." + property)
                                .extracting(InvalidOperationException::code)
                                .isEqualTo(ProblemCode.INVALID_SETTING));
            }
        }
    }

    @Test
    void withoutOneConsumerFactoryToTakeStartUpEndsWhereTopicsAreToBeRead() {
        ApplicationContextRunner two = this.reading
                .withPropertyValues("spring.application.name=shop")
                .withBean("kafkaListenerContainerFactory", ConcurrentKafkaListenerContainerFactory.class)
                .withBean("one", ConsumerFactory.class, () -> new DefaultKafkaConsumerFactory<>(Map.of()));
        two.withBean("two", ConsumerFactory.class, () -> new DefaultKafkaConsumerFactory<>(Map.of()))
                .run((context) ->
                        assertThat(failure(context).code()).isEqualTo(ProblemCode.DEAD_LETTER_TOPIC_UNREADABLE));
        two.withBean(
                        "two",
                        ConsumerFactory.class,
                        () -> new DefaultKafkaConsumerFactory<>(Map.of()),
                        (definition) -> definition.setPrimary(true))
                .run((context) -> assertThat(context).hasSingleBean(DeadLetterReader.class));
    }

    @Test
    void theApplicationsOwnReaderWins() {
        DeadLetterReader own = new DeadLetterReader(
                new DeadLetterReaderSpec(List.of("own-dlt"), "own", null, "-dlt", List.of(), Stream::empty),
                new DefaultKafkaConsumerFactory<>(Map.of()),
                mock(DeadLetters.class),
                (failure) -> Failure.outcomeUnknown(),
                TimeSource.system());
        this.reading
                .withBean(DeadLetterReader.class, () -> own)
                .run((context) ->
                        assertThat(context).getBean(DeadLetterReader.class).isSameAs(own));
    }

    @Test
    void messagesAreSentAgainByTheOutboxOrElseByKafkaAndAlwaysByABeanOfTheApplication() {
        MessageReplayer own = (message) -> {};
        ApplicationContextRunner outbox = this.runner.withConfiguration(
                AutoConfigurations.of(EventAutoConfiguration.class, OutboxAutoConfiguration.class));
        this.runner.run((context) ->
                assertThat(context).getBean(MessageReplayer.class).isInstanceOf(KafkaMessageReplayer.class));
        outbox.withPropertyValues("integration.outbox.enabled=false")
                .run((context) ->
                        assertThat(context).getBean(MessageReplayer.class).isInstanceOf(KafkaMessageReplayer.class));
        outbox.run((context) ->
                assertThat(context).hasSingleBean(MessageReplayer.class).doesNotHaveBean(KafkaMessageReplayer.class));
        this.runner
                .withBean(MessageReplayer.class, () -> own)
                .run((context) ->
                        assertThat(context).getBean(MessageReplayer.class).isSameAs(own));
        this.withTemplate
                .withBean("one", ProducerFactory.class, ListenerAutoConfigurationTests::producers)
                .withBean("two", ProducerFactory.class, ListenerAutoConfigurationTests::producers)
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MessageReplayer.class));
    }

    private static boolean sends(AssertableApplicationContext context) {
        return context.getSourceApplicationContext().getBeanFactory().containsSingleton("integrationDeadLetterTopics");
    }

    private static InvalidOperationException failure(AssertableApplicationContext context) {
        Throwable cause = context.getStartupFailure();
        while (cause != null && !(cause instanceof InvalidOperationException)) {
            cause = cause.getCause();
        }
        assertThat(cause)
                .as(() -> context.getStartupFailure() + " with "
                        + context.getEnvironment().getPropertySources())
                .isNotNull();
        return (InvalidOperationException) cause;
    }

    private static ProducerFactory<Object, Object> producers() {
        return new DefaultKafkaProducerFactory<>(Map.of());
    }
}
