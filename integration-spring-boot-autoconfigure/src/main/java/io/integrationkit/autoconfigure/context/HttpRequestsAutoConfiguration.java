package io.integrationkit.autoconfigure.context;

import io.integrationkit.context.ClientTimeouts;
import io.integrationkit.context.DefaultReadTimeout;
import io.integrationkit.context.SentRequestsInterceptor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.client.ClientHttpRequestFactory;

/** Auto-configuration of what the kit must know about outgoing HTTP requests: their methods and their time-outs. */
@AutoConfiguration
public final class HttpRequestsAutoConfiguration {

    HttpRequestsAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClientCustomizer.class)
    static class Requests {

        @Bean
        RestClientCustomizer integrationSentRequestsRestClientCustomizer() {
            return (builder) -> builder.requestInterceptor(new SentRequestsInterceptor());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ClientHttpRequestFactoryBuilderCustomizer.class)
    static class Timeouts {

        /** Last, since customizers of one kind of client do not know the builder that this one puts around theirs. */
        @Bean
        @Order(Ordered.LOWEST_PRECEDENCE)
        ReadTimeoutCustomizer integrationReadTimeoutCustomizer(ObjectProvider<DefaultReadTimeout> readTimeout) {
            return new ReadTimeoutCustomizer(readTimeout);
        }

        @Bean
        @ConditionalOnMissingBean
        ClientTimeouts integrationClientTimeouts(
                ObjectProvider<HttpClientSettings> settings,
                ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builder) {
            return new HttpClientTimeouts(settings::getIfUnique, builder::getIfUnique);
        }
    }

    /** A class, since Boot reads from its type argument to which builders it applies. */
    record ReadTimeoutCustomizer(ObjectProvider<DefaultReadTimeout> readTimeout)
            implements ClientHttpRequestFactoryBuilderCustomizer<ClientHttpRequestFactoryBuilder<?>> {

        @Override
        public ClientHttpRequestFactoryBuilder<?> customize(ClientHttpRequestFactoryBuilder<?> builder) {
            return bounded(builder);
        }

        private <T extends ClientHttpRequestFactory> ClientHttpRequestFactoryBuilder<T> bounded(
                ClientHttpRequestFactoryBuilder<T> builder) {
            return new BoundedRequestFactoryBuilder<>(builder, this::given);
        }

        private @Nullable Duration given() {
            DefaultReadTimeout known = this.readTimeout.getIfUnique();
            return (known != null) ? known.get() : null;
        }
    }
}
