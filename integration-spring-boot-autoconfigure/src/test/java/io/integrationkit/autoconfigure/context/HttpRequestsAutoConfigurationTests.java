package io.integrationkit.autoconfigure.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.ClientTimeouts;
import io.integrationkit.context.DefaultReadTimeout;
import io.integrationkit.context.SentRequests;
import io.integrationkit.failure.Failure;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.web.client.RestClient;

class HttpRequestsAutoConfigurationTests {

    private static final Duration OURS = Duration.ofSeconds(2);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    HttpRequestsAutoConfiguration.class,
                    HttpClientAutoConfiguration.class,
                    ImperativeHttpClientAutoConfiguration.class,
                    RestClientAutoConfiguration.class,
                    RestTemplateAutoConfiguration.class));

    private final ApplicationContextRunner bounded = this.runner.withBean(DefaultReadTimeout.class, () -> () -> OURS);

    @Test
    void clientsWithoutAReadTimeoutGetOurs() {
        this.bounded.run((context) -> {
            assertThat(restClientTimeout(context)).isEqualTo(OURS);
            assertThat(readTimeout(context.getBean(RestTemplateBuilder.class).buildRequestFactory()))
                    .isEqualTo(OURS);
            assertThat(context.getBean(ClientTimeouts.class).readTimeout()).isEqualTo(OURS);
        });
    }

    @Test
    void aReadTimeoutOfTheApplicationIsKept() {
        this.bounded.withPropertyValues("spring.http.clients.read-timeout=30s").run((context) -> {
            assertThat(restClientTimeout(context)).isEqualTo(Duration.ofSeconds(30));
            assertThat(context.getBean(ClientTimeouts.class).readTimeout()).isEqualTo(Duration.ofSeconds(30));
        });
    }

    @Test
    void aReadTimeoutOfOneClientIsKept() {
        this.bounded.run((context) -> {
            RestTemplateBuilder builder = context.getBean(RestTemplateBuilder.class);
            assertThat(readTimeout(builder.readTimeout(Duration.ofSeconds(9)).buildRequestFactory()))
                    .isEqualTo(Duration.ofSeconds(9));
            assertThat(readTimeout(factoryBuilder(context)
                            .build(HttpClientSettings.defaults().withReadTimeout(Duration.ofSeconds(9)))))
                    .isEqualTo(Duration.ofSeconds(9));
            assertThat(readTimeout(factoryBuilder(context).build())).isEqualTo(OURS);
        });
    }

    @Test
    void otherSettingsAreKept() {
        this.bounded
                .withPropertyValues("spring.http.clients.connect-timeout=7s")
                .run((context) -> {
                    ClientHttpRequestFactory factory =
                            factoryBuilder(context).build(context.getBean(HttpClientSettings.class));
                    Object client = ReflectionTestUtils.getField(factory, "httpClient");
                    assertThat(client)
                            .isInstanceOfSatisfying(
                                    java.net.http.HttpClient.class,
                                    (http) -> assertThat(http.connectTimeout()).hasValue(Duration.ofSeconds(7)));
                });
    }

    @Test
    void withoutADefaultNothingIsSetAndNothingIsKnown() {
        this.runner.run((context) -> {
            assertThat(restClientTimeout(context)).isNull();
            assertThat(context.getBean(ClientTimeouts.class).readTimeout()).isNull();
        });
        this.runner.withBean(DefaultReadTimeout.class, () -> () -> null).run((context) -> {
            assertThat(restClientTimeout(context)).isNull();
            assertThat(context.getBean(ClientTimeouts.class).readTimeout()).isNull();
        });
    }

    @Test
    void withAnotherWayToMakeClientsOursIsNotSetAndNotClaimed() {
        this.bounded
                .withBean("theirs", ClientHttpRequestFactoryBuilder.class, () ->
                        (ClientHttpRequestFactoryBuilder<?>) ClientHttpRequestFactoryBuilder.simple())
                .run((context) -> {
                    assertThat(factoryBuilder(context).build()).isInstanceOf(SimpleClientHttpRequestFactory.class);
                    assertThat(context.getBean(ClientTimeouts.class).readTimeout())
                            .isNull();
                });
    }

    @Test
    void aCustomizerOfOneKindOfClientStillApplies() {
        this.bounded
                .withUserConfiguration(JdkCustomizer.class)
                .run((context) -> assertThat(restClientTimeout(context)).isEqualTo(Duration.ofSeconds(4)));
    }

    @Test
    void theTimeoutsOfTheApplicationWin() {
        ClientTimeouts known = () -> Duration.ofSeconds(1);
        this.bounded
                .withBean(ClientTimeouts.class, () -> known)
                .run((context) ->
                        assertThat(context.getBean(ClientTimeouts.class)).isSameAs(known));
    }

    @Test
    void requestsOfTheAutoConfiguredClientAreNoted() {
        this.runner.run((context) -> {
            RestClient client = context.getBean(RestClient.Builder.class)
                    .requestInterceptor((request, body, execution) -> {
                        throw new IOException("cut off");
                    })
                    .build();
            int begin = SentRequests.begin();
            Throwable failure = catchRequest(client);
            assertThat(SentRequests.effectPossible(begin, Failure.outcomeUnknown(), failure))
                    .isFalse();
        });
    }

    @Test
    void withoutTheClientsThereIsNothing() {
        this.runner
                .withClassLoader(new FilteredClassLoader(
                        RestClientCustomizer.class, ClientHttpRequestFactoryBuilderCustomizer.class))
                .run((context) -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ClientTimeouts.class)
                        .doesNotHaveBean("integrationSentRequestsRestClientCustomizer"));
    }

    private static Throwable catchRequest(RestClient client) {
        return org.assertj.core.api.Assertions.catchThrowable(
                () -> client.get().uri("http://127.0.0.1:1/x").retrieve().toBodilessEntity());
    }

    private static ClientHttpRequestFactoryBuilder<?> factoryBuilder(AssertableApplicationContext context) {
        return context.getBean(ClientHttpRequestFactoryBuilder.class);
    }

    private static Object restClientTimeout(AssertableApplicationContext context) {
        RestClient client = context.getBean(RestClient.Builder.class).build();
        return readTimeout((ClientHttpRequestFactory) ReflectionTestUtils.getField(client, "clientRequestFactory"));
    }

    private static Object readTimeout(ClientHttpRequestFactory factory) {
        assertThat(factory).isInstanceOf(JdkClientHttpRequestFactory.class);
        return ReflectionTestUtils.getField(factory, "readTimeout");
    }

    @Configuration(proxyBeanMethods = false)
    static class JdkCustomizer {

        @Bean
        ClientHttpRequestFactoryBuilderCustomizer<
                        org.springframework.boot.http.client.JdkClientHttpRequestFactoryBuilder>
                slow() {
            return (builder) -> builder.withCustomizer((factory) -> factory.setReadTimeout(Duration.ofSeconds(4)));
        }
    }
}
