package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.KafkaBroker;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;

/** Attempts that take too long on the thread of a Kafka listener. */
class ListenerAttemptTimeoutTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String topic = KafkaBroker.newTopic(1);

    private final Log log = new Log();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    KafkaAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ListenerAutoConfiguration.class))
            .withBean(Listener.class, () -> new Listener(this.log))
            .withPropertyValues(
                    "topic=" + this.topic,
                    "spring.kafka.bootstrap-servers=" + KafkaBroker.address(),
                    "spring.kafka.consumer.group-id=" + this.topic,
                    "spring.kafka.consumer.auto-offset-reset=earliest",
                    "integration.reliable.defaults.base-delay=1ms");

    @Test
    @SuppressWarnings("unchecked")
    void theListenerGoesOnWithACleanFlagAfterAttemptsThatTimedOut() {
        this.runner.run((context) -> {
            KafkaTemplate<Object, Object> template = context.getBean(KafkaTemplate.class);
            template.send(this.topic, "stuck").get();
            template.send(this.topic, "late").get();
            template.send(this.topic, "next").get();
            await().atMost(PATIENCE).until(() -> this.log.seen.contains("next"));
            assertThat(this.log.seen).containsExactly("stuck", "stuck", "late", "next");
            assertThat(this.log.flags).containsOnly(false);
            assertThat(this.log.threads).hasSize(1);
        });
    }

    static class Log {

        final List<String> seen = new CopyOnWriteArrayList<>();

        final List<Boolean> flags = new CopyOnWriteArrayList<>();

        final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    }

    static class Listener {

        private final Log log;

        Listener(Log log) {
            this.log = log;
        }

        @Reliable(attemptTimeout = "200ms", maxAttempts = 2)
        @KafkaListener(topics = "${topic}")
        public void on(String text) throws InterruptedException {
            this.log.flags.add(Thread.currentThread().isInterrupted());
            this.log.threads.add(Thread.currentThread());
            this.log.seen.add(text);
            if (text.equals("stuck") && this.log.seen.size() == 1) {
                new CountDownLatch(1).await();
            }
            if (text.equals("late")) {
                while (!Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
