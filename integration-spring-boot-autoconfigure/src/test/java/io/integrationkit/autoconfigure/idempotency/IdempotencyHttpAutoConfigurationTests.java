package io.integrationkit.autoconfigure.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.idempotency.IdempotencyProblemResolver;
import io.integrationkit.idempotency.IdempotentCalls;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.web.servlet.DispatcherServlet;

class IdempotencyHttpAutoConfigurationTests {

    private static final AutoConfigurations OURS = AutoConfigurations.of(
            CallAutoConfiguration.class, IdempotencyAutoConfiguration.class, IdempotencyHttpAutoConfiguration.class);

    private final WebApplicationContextRunner web = new WebApplicationContextRunner().withConfiguration(OURS);

    @Test
    void servletApplicationsTellProblems() {
        this.web.run((context) -> assertThat(context).hasSingleBean(IdempotencyProblemResolver.class));
    }

    @Test
    void otherApplicationsDoNot() {
        new ApplicationContextRunner()
                .withConfiguration(OURS)
                .run((context) -> assertThat(context).doesNotHaveBean(IdempotencyProblemResolver.class));
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(OURS)
                .run((context) -> assertThat(context).doesNotHaveBean(IdempotencyProblemResolver.class));
        this.web
                .withClassLoader(new FilteredClassLoader(DispatcherServlet.class))
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(IdempotencyProblemResolver.class));
    }

    @Test
    void aResolverOfTheApplicationWins() {
        IdempotencyProblemResolver own = new IdempotencyProblemResolver(null);
        this.web
                .withBean("own", IdempotencyProblemResolver.class, () -> own)
                .run((context) -> assertThat(context.getBean(IdempotencyProblemResolver.class))
                        .isSameAs(own));
    }

    @Test
    void problemsMayBeLeftToTheApplication() {
        this.web
                .withPropertyValues("integration.idempotency.http.problem-details=false")
                .run((context) -> assertThat(context).doesNotHaveBean(IdempotencyProblemResolver.class));
    }

    @Test
    void sizesExceptionsAndHeadersAreRead() {
        this.web
                .withPropertyValues(
                        "integration.idempotency.max-result-size=1MB",
                        "integration.idempotency.replayed-exceptions=java.util.NoSuchElementException",
                        "integration.idempotency.http.replayed-headers=location,x-order")
                .run((context) -> assertThat(context).hasSingleBean(IdempotentCalls.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "integration.idempotency.http.replayed-headers=location,Set-Cookie",
                "integration.idempotency.max-result-size=0",
                "integration.idempotency.replayed-exceptions=java.lang.Exception"
            })
    void settingsThatCannotWorkEndStartUp(String property) {
        this.web
                .withPropertyValues(property)
                .run((context) -> assertThat(Objects.requireNonNull(context.getStartupFailure()))
                        .rootCause()
                        .hasMessageContaining("INT-106")
                        .hasMessageContaining(property.split("=", 2)[0]));
    }
}
