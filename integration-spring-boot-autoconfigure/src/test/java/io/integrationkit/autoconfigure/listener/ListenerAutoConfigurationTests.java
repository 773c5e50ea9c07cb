package io.integrationkit.autoconfigure.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.listener.DeadLetterTopics;
import io.integrationkit.listener.ListenerErrorHandling;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.annotation.EnableKafka;
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
        for (String suffix : new String[] {"", "d lt", "/dlt"}) {
            this.runner
                    .withPropertyValues(TOPICS, "integration.listeners.dead-letter-topic-suffix=" + suffix)
                    .run((context) -> assertThat(failure(context))
                            .hasMessageContaining("integration.listeners.dead-letter-topic-suffix")
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
                .withPropertyValues(TOPICS)
                .withClassLoader(new FilteredClassLoader(EnableKafka.class, ProducerFactory.class))
                .run((context) -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ListenerErrorHandling.class)
                        .doesNotHaveBean(DeadLetterTopics.class));
    }

    private static boolean sends(AssertableApplicationContext context) {
        return context.getSourceApplicationContext().getBeanFactory().containsSingleton("integrationDeadLetterTopics");
    }

    private static InvalidOperationException failure(AssertableApplicationContext context) {
        Throwable cause = context.getStartupFailure();
        while (cause != null && !(cause instanceof InvalidOperationException)) {
            cause = cause.getCause();
        }
        assertThat(cause).isNotNull();
        return (InvalidOperationException) cause;
    }

    private static ProducerFactory<Object, Object> producers() {
        return new DefaultKafkaProducerFactory<>(Map.of());
    }
}
