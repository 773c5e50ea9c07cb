package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.context.Correlation;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.testsupport.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.RecordInterceptor;
import org.springframework.kafka.support.converter.JacksonJsonMessageConverter;
import org.springframework.kafka.support.converter.RecordMessageConverter;
import org.springframework.util.backoff.BackOffExecution;

class ListenerErrorHandlingTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Listeners listeners = new Listeners();

    private String topic = "";

    private ApplicationContextRunner runner = new ApplicationContextRunner();

    @BeforeEach
    void freshTopic() {
        this.topic = KafkaBroker.newTopic(1);
        this.runner = ListenerRunner.on(this.topic)
                .withBean(RecordMessageConverter.class, JacksonJsonMessageConverter::new)
                .withBean(Listeners.class, () -> this.listeners);
    }

    @Test
    void aRefusedRecordComesAgainAsOftenAsItTakesAndNothingIsDeadLettered() {
        this.listeners.behaviour = (order) -> {
            if (this.listeners.seen.size() < 12) {
                throw new RejectedException(ProblemCode.CIRCUIT_OPEN, "open", Duration.ofMillis(20));
            }
        };
        this.runner.run((context) -> {
            send(context, "{\"id\":1}");
            send(context, "{\"id\":2}");
            await().atMost(PATIENCE).until(() -> this.listeners.seen.size() >= 13);
            assertThat(this.listeners.seen.subList(0, 12)).containsOnly(1);
            assertThat(this.listeners.seen.get(12)).isEqualTo(2);
            assertThat(ListenerRunner.deadLetters(context)).isEmpty();
        });
    }

    @Test
    void aPermanentFailureIsDeadLetteredAtOnceAndTheNextRecordIsHandled() {
        this.listeners.behaviour = (order) -> {
            if (order.id() == 1) {
                throw new IntegrationException("no such customer", FailureCategory.PERMANENT, false);
            }
        };
        this.runner.run((context) -> {
            send(context, "{\"id\":1}");
            send(context, "{\"id\":2}");
            await().atMost(PATIENCE).until(() -> this.listeners.seen.contains(2));
            assertThat(this.listeners.seen).containsExactly(1, 2);
            assertThat(ListenerRunner.deadLetters(context)).singleElement().satisfies((entry) -> {
                assertThat(entry.kind()).isEqualTo(DeadLetter.Kind.MESSAGE);
                assertThat(entry.name()).isEqualTo(this.topic);
                assertThat(entry.category()).isEqualTo(FailureCategory.PERMANENT);
            });
        });
    }

    @Test
    void aTemporaryFailureIsTriedAgain() {
        this.listeners.behaviour = (order) -> {
            if (this.listeners.seen.size() < 3) {
                throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
            }
        };
        this.runner.run((context) -> {
            send(context, "{\"id\":1}");
            await().atMost(PATIENCE).until(() -> this.listeners.seen.size() == 3);
            assertThat(ListenerRunner.deadLetters(context)).isEmpty();
        });
    }

    @Test
    void aFailureThatNamesTheTimeToWaitPausesAndUsesUpNothing() {
        BackOffExecution pauses = ListenerErrorHandling.backOff(
                        Failure.of(FailureCategory.TEMPORARY).withRetryAfter(Duration.ofSeconds(7)))
                .start();
        for (int i = 0; i < 100; i++) {
            assertThat(pauses.nextBackOff()).isEqualTo(7_000);
        }
    }

    @Test
    void aRecordThatCannotBeDecodedIsDeadLetteredAndBlocksNothing() {
        this.runner.run((context) -> {
            send(context, "{\"id\": not json");
            send(context, "{\"id\":2}");
            await().atMost(PATIENCE).until(() -> this.listeners.seen.contains(2));
            assertThat(ListenerRunner.deadLetters(context))
                    .singleElement()
                    .satisfies((entry) -> assertThat(entry.category()).isEqualTo(FailureCategory.VALIDATION));
        });
    }

    @Test
    void aCallThatWasAlreadyDeadLetteredIsHandled() {
        this.listeners.behaviour = (order) -> {
            if (order.id() == 1) {
                throw new DeadLetteredException("listeners.on", "entry-1", null);
            }
        };
        this.runner.run((context) -> {
            send(context, "{\"id\":1}");
            send(context, "{\"id\":2}");
            await().atMost(PATIENCE).until(() -> this.listeners.seen.contains(2));
            assertThat(this.listeners.seen).containsExactly(1, 2);
            assertThat(ListenerRunner.deadLetters(context)).isEmpty();
        });
    }

    @Test
    void aRecordWhoseDeadLetterCannotBeStoredComesAgain() {
        this.listeners.behaviour = (order) -> {
            if (this.listeners.seen.size() < 3) {
                throw new IntegrationException("refused", FailureCategory.PERMANENT, false);
            }
        };
        this.runner.withPropertyValues("integration.dead-letters.max-entries=1").run((context) -> {
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            fill(deadLetters);
            send(context, "{\"id\":1}");
            await().atMost(PATIENCE).until(() -> this.listeners.seen.size() >= 3);
            assertThat(this.listeners.seen).containsOnly(1);
        });
    }

    @Test
    void theCorrelationIdOfTheRecordIsBoundWhileItIsHandled() {
        this.runner.run((context) -> {
            ProducerRecord<Object, Object> sent = new ProducerRecord<>(this.topic, "{\"id\":1}");
            sent.headers().add(Correlation.HEADER, "order-7".getBytes(StandardCharsets.UTF_8));
            ListenerRunner.template(context).send(sent).get();
            await().atMost(PATIENCE).until(() -> !this.listeners.correlations.isEmpty());
            assertThat(this.listeners.correlations).containsExactly("order-7");
        });
    }

    @Test
    void aListenerWithoutOurAnnotationsIsLeftAlone() {
        this.runner.withBean(PlainListener.class).run((context) -> {
            assertThat(container(context, "plain").getCommonErrorHandler()).isNull();
            assertThat(container(context, "handled").getCommonErrorHandler()).isNotNull();
        });
    }

    @Test
    void theApplicationsOwnErrorHandlerAndInterceptorWin() {
        DefaultErrorHandler own = new DefaultErrorHandler();
        RecordInterceptor<Object, Object> interceptor = (received, consumer) -> received;
        this.runner
                .withBean(CommonErrorHandler.class, () -> own)
                .withBean(RecordInterceptor.class, () -> interceptor)
                .run((context) -> {
                    assertThat(container(context, "handled").getCommonErrorHandler())
                            .isSameAs(own);
                    assertThat(container(context, "handled").getRecordInterceptor())
                            .isSameAs(interceptor);
                });
    }

    @Test
    void withoutSpringKafkaThereIsNothing() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class,
                        ListenerAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader(EnableKafka.class, KafkaTemplate.class))
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ListenerErrorHandling.class));
    }

    private void send(ApplicationContext context, String json) throws Exception {
        ListenerRunner.template(context).send(this.topic, json).get();
    }

    private static void fill(DeadLetters deadLetters) {
        deadLetters.storeMessage(new DeadLetterMessage(
                "elsewhere",
                null,
                "1",
                null,
                1,
                null,
                Map.of(),
                new byte[0],
                Failure.of(FailureCategory.PERMANENT),
                new IllegalStateException("full"),
                1));
    }

    private static AbstractMessageListenerContainer<?, ?> container(AssertableApplicationContext context, String id) {
        return (AbstractMessageListenerContainer<?, ?>) Objects.requireNonNull(
                context.getBean(KafkaListenerEndpointRegistry.class).getListenerContainer(id));
    }

    record Order(int id) {}

    static class Listeners {

        final List<Integer> seen = new CopyOnWriteArrayList<>();

        final List<@Nullable String> correlations = new CopyOnWriteArrayList<>();

        volatile Consumer<Order> behaviour = (order) -> {};

        @Handled
        @KafkaListener(id = "handled", idIsGroup = false, topics = "${topic}")
        void on(Order order) {
            this.seen.add(order.id());
            this.correlations.add(Correlation.current());
            this.behaviour.accept(order);
        }
    }

    static class PlainListener {

        @KafkaListener(id = "plain", topics = "${topic}")
        void on(String text) {}
    }
}
