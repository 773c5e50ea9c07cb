package io.integrationkit.autoconfigure.idempotency;

import io.integrationkit.idempotency.ChildKeyFilter;
import io.integrationkit.idempotency.ChildKeyInterceptor;
import io.integrationkit.idempotency.IdempotencyProblemResolver;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.servlet.DispatcherServlet;

/** Auto-configuration of idempotency over HTTP: problems that clients are told, and keys sent with requests. */
@AutoConfiguration
@EnableConfigurationProperties(IdempotencyProperties.class)
public final class IdempotencyHttpAutoConfiguration {

    IdempotencyHttpAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(DispatcherServlet.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnBooleanProperty(name = "integration.idempotency.http.problem-details", matchIfMissing = true)
    static class Server {

        @Bean
        @ConditionalOnMissingBean
        IdempotencyProblemResolver integrationIdempotencyProblemResolver(IdempotencyProperties properties) {
            return new IdempotencyProblemResolver(properties.getHttp().getDocumentation());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClientCustomizer.class)
    @ConditionalOnBooleanProperty(name = "integration.idempotency.http.child-keys", matchIfMissing = true)
    static class BlockingClient {

        @Bean
        RestClientCustomizer integrationChildKeyRestClientCustomizer() {
            return (builder) -> builder.requestInterceptor(new ChildKeyInterceptor());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebClient.class)
    @ConditionalOnBooleanProperty(name = "integration.idempotency.http.child-keys", matchIfMissing = true)
    static class ReactiveClient {

        @Bean
        static ChildKeyBuilders integrationChildKeyWebClientBuilders() {
            return new ChildKeyBuilders();
        }
    }

    /** Boot's own builder is a bean for each place that wants one, and so passes here like an application's. */
    static final class ChildKeyBuilders implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return (bean instanceof WebClient.Builder builder) ? builder.filter(new ChildKeyFilter()) : bean;
        }
    }
}
