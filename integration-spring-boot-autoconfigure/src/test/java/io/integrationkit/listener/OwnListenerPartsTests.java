package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ContainerCustomizer;
import org.springframework.kafka.config.ContainerPostProcessor;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.RecordInterceptor;

/** What the application sets for its listeners stays as it set it, and what it does not set is ours. */
class OwnListenerPartsTests {

    private static final CommonErrorHandler HANDLER = new DefaultErrorHandler();

    private static final RecordInterceptor<Object, Object> INTERCEPTOR = (received, consumer) -> received;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    KafkaAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ListenerAutoConfiguration.class))
            .withBean(Listener.class)
            .withPropertyValues("spring.kafka.listener.auto-startup=false");

    @Test
    void whatIsNotSetIsOurs() {
        this.runner.run((context) -> {
            assertThat(container(context, "own").getCommonErrorHandler()).isInstanceOf(BatchErrorHandler.class);
            assertThat(container(context, "own").getRecordInterceptor()).isInstanceOf(RecordContextInterceptor.class);
        });
    }

    @Test
    void anErrorHandlerBeanWins() {
        this.runner.withBean(CommonErrorHandler.class, () -> HANDLER).run((context) -> {
            assertThat(container(context, "own").getCommonErrorHandler()).isSameAs(HANDLER);
            assertThat(container(context, "own").getRecordInterceptor()).isNull();
        });
    }

    @Test
    void aRecordInterceptorBeanWinsAndTheErrorHandlingIsOurs() {
        this.runner.withBean(RecordInterceptor.class, () -> INTERCEPTOR).run((context) -> {
            assertThat(container(context, "own").getCommonErrorHandler()).isInstanceOf(BatchErrorHandler.class);
            assertThat(container(context, "own").getRecordInterceptor()).isSameAs(INTERCEPTOR);
        });
    }

    @Test
    void aContainerCustomizerWins() {
        this.runner.withUserConfiguration(Customized.class).run((context) -> {
            assertThat(container(context, "own").getCommonErrorHandler()).isSameAs(HANDLER);
            assertThat(container(context, "own").getRecordInterceptor()).isSameAs(INTERCEPTOR);
        });
    }

    @Test
    void aContainerPostProcessorOfTheListenerWins() {
        this.runner
                .withUserConfiguration(PostProcessed.class)
                .withBean(PostProcessedListener.class)
                .run((context) -> {
                    assertThat(container(context, "post-processed").getCommonErrorHandler())
                            .isSameAs(HANDLER);
                    assertThat(container(context, "post-processed").getRecordInterceptor())
                            .isNull();
                });
    }

    private static AbstractMessageListenerContainer<?, ?> container(ApplicationContext context, String id) {
        return (AbstractMessageListenerContainer<?, ?>) Objects.requireNonNull(
                context.getBean(KafkaListenerEndpointRegistry.class).getListenerContainer(id));
    }

    static class Listener {

        @Handled
        @KafkaListener(id = "own", topics = "orders")
        void on(String order) {}
    }

    static class PostProcessedListener {

        @Handled
        @KafkaListener(id = "post-processed", topics = "orders", containerPostProcessor = "ownPostProcessor")
        void on(String order) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class Customized {

        @Bean
        ContainerCustomizer<Object, Object, ConcurrentMessageListenerContainer<Object, Object>> customizer() {
            return (container) -> {
                container.setCommonErrorHandler(HANDLER);
                container.setRecordInterceptor(INTERCEPTOR);
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class PostProcessed {

        @Bean
        ContainerPostProcessor<Object, Object, AbstractMessageListenerContainer<Object, Object>> ownPostProcessor() {
            return (container) -> container.setCommonErrorHandler(HANDLER);
        }
    }
}
