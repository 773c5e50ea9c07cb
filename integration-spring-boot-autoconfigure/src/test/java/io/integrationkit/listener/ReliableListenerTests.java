package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.CallObserver;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.KafkaBroker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;

/** A method that is both {@code @KafkaListener} and {@code @Reliable}, on a real broker. */
class ReliableListenerTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> calls = new CopyOnWriteArrayList<>();

    @Test
    void theAttemptsArePartOfOneDelivery() {
        run(2, "EXECUTED 3", "EXECUTED 1");
    }

    @Test
    void afterTheLastAttemptTheRecordComesAgainWithAllItsAttempts() {
        run(5, "FAILED 3", "EXECUTED 3", "EXECUTED 1");
    }

    /** Sends two records and expects these calls. */
    private void run(int failures, String... expected) {
        String topic = KafkaBroker.newTopic(1);
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        AopAutoConfiguration.class,
                        KafkaAutoConfiguration.class,
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class,
                        ListenerAutoConfiguration.class))
                .withBean(
                        CallObserver.class,
                        () -> (operation) -> (call, nanos) -> this.calls.add(call.outcome() + " " + call.attempts()))
                .withBean("listener", Listener.class, () -> new Listener(failures))
                .withPropertyValues(
                        "topic=" + topic,
                        "integration.reliable.defaults.max-attempts=3",
                        "integration.reliable.defaults.base-delay=1ms",
                        "spring.kafka.bootstrap-servers=" + KafkaBroker.address(),
                        "spring.kafka.consumer.group-id=" + topic,
                        "spring.kafka.consumer.auto-offset-reset=earliest")
                .run((context) -> {
                    KafkaTemplate<?, ?> template = context.getBean(KafkaTemplate.class);
                    send(template, topic);
                    send(template, topic);
                    await().atMost(PATIENCE).until(() -> this.calls.size() >= expected.length);
                    assertThat(this.calls).containsExactly(expected);
                });
    }

    @SuppressWarnings("unchecked")
    private static void send(KafkaTemplate<?, ?> template, String topic) throws Exception {
        ((KafkaTemplate<Object, Object>) template).send(topic, "order").get(30, TimeUnit.SECONDS);
    }

    static class Listener {

        private final AtomicInteger failures;

        Listener(int failures) {
            this.failures = new AtomicInteger(failures);
        }

        @Reliable
        @KafkaListener(id = "reliable", idIsGroup = false, topics = "${topic}")
        public void on(String order) {
            if (this.failures.getAndDecrement() > 0) {
                throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
            }
        }
    }
}
