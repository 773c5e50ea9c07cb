package io.integrationkit.autoconfigure.context;

import io.integrationkit.context.CorrelationClientInterceptor;
import io.integrationkit.context.CorrelationFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/** Auto-configuration of the correlation id over HTTP: taken from requests, sent with requests. */
@AutoConfiguration
public final class CorrelationAutoConfiguration {

    CorrelationAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({OncePerRequestFilter.class, FilterRegistrationBean.class})
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Server {

        @Bean
        @ConditionalOnMissingBean(parameterizedContainer = FilterRegistrationBean.class)
        FilterRegistrationBean<CorrelationFilter> integrationCorrelationFilter() {
            FilterRegistrationBean<CorrelationFilter> registration =
                    new FilterRegistrationBean<>(new CorrelationFilter());
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
            return registration;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClientCustomizer.class)
    static class Client {

        @Bean
        RestClientCustomizer integrationCorrelationRestClientCustomizer() {
            return (builder) -> builder.requestInterceptor(new CorrelationClientInterceptor());
        }
    }
}
