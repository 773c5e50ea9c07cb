package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.autoconfigure.verification.VerificationAutoConfiguration;
import io.integrationkit.call.CallObserver;
import io.integrationkit.call.Finding;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.KafkaBroker;
import io.integrationkit.verification.StartupReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;

/** Waits of {@code @Reliable} on the thread of a consumer that has to poll. */
class ListenerWaitTests {

    private static final Duration PATIENCE = Duration.ofSeconds(50);

    private final List<String> calls = new CopyOnWriteArrayList<>();

    private final Listener listener = new Listener();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    KafkaAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ListenerAutoConfiguration.class,
                    VerificationAutoConfiguration.class))
            .withBean("listener", Listener.class, () -> this.listener)
            .withPropertyValues(
                    "topic=none",
                    "own=interceptor.none=1",
                    "integration.reliable.defaults.max-attempts=2",
                    "integration.reliable.defaults.attempt-timeout=30s",
                    "integration.reliable.defaults.max-delay=60s",
                    "integration.reliable.defaults.jitter=none");

    @Test
    void aWaitThatDoesNotFitBetweenTwoPollsIsLeftToTheContainer() {
        consume(8_000, 60_000, "FAILED 1", "EXECUTED 1");
    }

    @Test
    void aWaitThatFitsIsMadeByTheCall() {
        consume(300_000, 500, "EXECUTED 2");
    }

    @Test
    void aListenerWhoseCallMayTakeLongerThanThePollIntervalIsAFinding() {
        ApplicationContextRunner quiet = this.runner.withPropertyValues("spring.kafka.listener.auto-startup=false");
        // Two attempts of 30 s and a wait of 60 s.
        quiet.withPropertyValues("own=max.poll.interval.ms=119999")
                .run((context) -> assertThat(tooLong(context)).singleElement().satisfies((finding) -> {
                    assertThat(finding.subject()).isEqualTo("listener.on");
                    assertThat(finding.message()).contains("120000 ms").contains("119999");
                }));
        quiet.withPropertyValues("own=max.poll.interval.ms=120000")
                .run((context) -> assertThat(tooLong(context)).isEmpty());
        quiet.withPropertyValues("spring.kafka.consumer.properties[max.poll.interval.ms]=60000")
                .run((context) -> assertThat(tooLong(context)).hasSize(1));
        quiet.run((context) -> assertThat(tooLong(context)).isEmpty());
    }

    private static List<Finding> tooLong(ApplicationContext context) {
        return context.getBean(StartupReport.class).findings().stream()
                .filter((finding) -> finding.code() == ProblemCode.LISTENER_TOO_LONG)
                .toList();
    }

    @SuppressWarnings("unchecked")
    private void consume(int interval, int wait, String... expected) {
        String topic = KafkaBroker.newTopic(1);
        this.runner
                .withBean(
                        CallObserver.class,
                        () -> (operation) -> (call, nanos) -> this.calls.add(call.outcome() + " " + call.attempts()))
                .withPropertyValues(
                        "topic=" + topic,
                        "own=max.poll.interval.ms=" + interval,
                        "integration.reliable.defaults.base-delay=" + wait + "ms",
                        "spring.kafka.bootstrap-servers=" + KafkaBroker.address(),
                        "spring.kafka.consumer.group-id=" + topic,
                        "spring.kafka.consumer.auto-offset-reset=earliest")
                .run((context) -> {
                    ((KafkaTemplate<Object, Object>) context.getBean(KafkaTemplate.class))
                            .send(topic, "order")
                            .get();
                    await().atMost(PATIENCE).until(() -> this.calls.size() >= expected.length);
                    assertThat(this.calls).containsExactly(expected);
                });
    }

    static class Listener {

        private final AtomicInteger failures = new AtomicInteger(1);

        @Reliable
        @KafkaListener(id = "slow", idIsGroup = false, topics = "${topic}", properties = "${own}")
        public void on(String order) {
            if (this.failures.getAndDecrement() > 0) {
                throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
            }
        }
    }
}
