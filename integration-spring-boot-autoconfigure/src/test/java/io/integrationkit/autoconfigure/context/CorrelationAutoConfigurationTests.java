package io.integrationkit.autoconfigure.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.CorrelationFilter;
import io.integrationkit.context.Scope;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.client.RestClient;

class CorrelationAutoConfigurationTests {

    private final AutoConfigurations ours = AutoConfigurations.of(CorrelationAutoConfiguration.class);

    @Test
    void aWebApplicationTakesTheIdFromTheRequestAndAnswersWithIt() {
        new WebApplicationContextRunner().withConfiguration(this.ours).run((context) -> {
            assertThat(context).hasBean("integrationCorrelationFilter");
            MockHttpServletRequest request = new MockHttpServletRequest();
            request.addHeader(Correlation.HEADER, "order-7");
            MockHttpServletResponse response = new MockHttpServletResponse();
            AtomicReference<@Nullable String> seen = new AtomicReference<>();
            new CorrelationFilter().doFilter(request, response, new MockFilterChain() {
                @Override
                public void doFilter(jakarta.servlet.ServletRequest in, jakarta.servlet.ServletResponse out) {
                    seen.set(Correlation.current());
                }
            });
            assertThat(seen).hasValue("order-7");
            assertThat(response.getHeader(Correlation.HEADER)).isEqualTo("order-7");
            assertThat(Correlation.current()).isNull();
        });
    }

    @Test
    void anApplicationWithoutWebHasNoFilter() {
        new ApplicationContextRunner()
                .withConfiguration(this.ours)
                .run((context) -> assertThat(context).doesNotHaveBean("integrationCorrelationFilter"));
    }

    @Test
    void withoutRestClientThereIsNoCustomizer() {
        new ApplicationContextRunner()
                .withConfiguration(this.ours)
                .withClassLoader(new FilteredClassLoader(RestClientCustomizer.class))
                .run((context) -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean("integrationCorrelationRestClientCustomizer"));
    }

    @Test
    void aRestClientSendsTheIdOfTheRunningCall() {
        new ApplicationContextRunner().withConfiguration(this.ours).run((context) -> {
            AtomicReference<@Nullable String> sent = new AtomicReference<>();
            RestClient.Builder builder = RestClient.builder();
            context.getBean(RestClientCustomizer.class).customize(builder);
            RestClient client = builder.requestInterceptor((request, body, execution) -> {
                        sent.set(request.getHeaders().getFirst(Correlation.HEADER));
                        return new MockClientHttpResponse(new byte[0], HttpStatus.OK);
                    })
                    .build();
            try (Scope scope = Correlation.open("order-8")) {
                client.method(HttpMethod.GET).uri("http://localhost").retrieve().toBodilessEntity();
            }
            assertThat(sent).hasValue("order-8");
            client.method(HttpMethod.GET).uri("http://localhost").retrieve().toBodilessEntity();
            assertThat(sent).hasValue(null);
        });
    }
}
