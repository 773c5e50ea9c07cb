package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.retry.annotation.Retry;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.reliable.Reliable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.RetryableTopic;
import org.springframework.resilience.annotation.Retryable;

/** Attempts that would multiply. */
class OtherRetriesTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, ReliableAutoConfiguration.class))
            .withPropertyValues("integration.reliable.defaults.max-attempts=3");

    @ParameterizedTest
    @ValueSource(
            classes = {
                OnTheMethod.class,
                OnTheClass.class,
                OnTheInterface.class,
                OfSpringRetry.class,
                OfResilience4j.class
            })
    void doesNotStartWithAnotherRetryOnTheMethodOrItsClass(Class<?> bean) {
        this.runner
                .withBean("bank", bean)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOfSatisfying(InvalidOperationException.class, (failure) -> {
                            assertThat(failure.code()).isEqualTo(ProblemCode.TWO_RETRIES);
                            assertThat(failure)
                                    .hasMessageStartingWith("INT-124: Operation 'bank.charge'")
                                    .hasMessageContaining("is @Reliable, and ")
                                    .hasMessageEndingWith(": their attempts would multiply");
                            assertThat(failure.action()).startsWith("Remove one of the two annotations");
                        }));
    }

    @Test
    void saysWhereTheOtherAnnotationStands() {
        this.runner
                .withBean("bank", OnTheClass.class)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(
                                "its class carries @org.springframework.resilience.annotation.Retryable"));
        this.runner
                .withBean("bank", OfSpringRetry.class)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("it carries @org.springframework.retry.annotation.Retryable"));
    }

    @Test
    void anotherMethodOfTheBeanMayBeRetryable() {
        this.runner
                .withBean("bank", OnAnotherMethod.class)
                .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void aListenerOfARetryableTopicIsAFinding() {
        this.runner.withBean("listener", OfRetryableTopic.class).run((context) -> {
            OperationRegistry operations = context.getBean(OperationRegistry.class);
            assertThat(operations.find("listener.paid").findings())
                    .filteredOn((finding) -> finding.code() == ProblemCode.TWO_RETRIES)
                    .singleElement()
                    .satisfies((finding) -> assertThat(finding.message())
                            .startsWith("@RetryableTopic delivers a failed record again")
                            .contains("up to 3 attempts"));
            assertThat(operations.find("listener.once").findings())
                    .noneMatch((finding) -> finding.code() == ProblemCode.TWO_RETRIES);
        });
    }

    static class OnTheMethod {

        @Reliable
        @Retryable
        public void charge() {}
    }

    @Retryable
    static class OnTheClass {

        @Reliable
        public void charge() {}
    }

    interface Charging {

        @Retryable
        void charge();
    }

    static class OnTheInterface implements Charging {

        @Override
        @Reliable
        public void charge() {}
    }

    static class OfSpringRetry {

        @Reliable
        @org.springframework.retry.annotation.Retryable
        public void charge() {}
    }

    @Retry
    static class OfResilience4j {

        @Reliable
        public void charge() {}
    }

    static class OnAnotherMethod {

        @Reliable
        public void charge() {}

        @Retryable
        public void refund() {}
    }

    static class OfRetryableTopic {

        @Reliable
        @RetryableTopic
        @KafkaListener(topics = "paid")
        public void paid(String order) {}

        @Reliable(maxAttempts = 1)
        @RetryableTopic
        @KafkaListener(topics = "once")
        public void once(String order) {}
    }
}
